package qr_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"afterword/internal/qr"
)

const link = "https://feedback.example.com/l/bC619dcwi18O3w7gqprWygAAAXx_UvoC8YzbqQSSZdZyOb4"

// read is what a phone would read.
func read(t *testing.T, picture image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	if level := result.GetResultMetadata()[gozxing.ResultMetadataType_ERROR_CORRECTION_LEVEL]; level != "M" {
		t.Errorf("level %v", level)
	}
	return result.GetText()
}

var run = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// drawn draws an SVG of ours, so many pixels a module.
func drawn(t *testing.T, text string, scale int) image.Image {
	t.Helper()
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
		Rect    struct {
			Width  int    `xml:"width,attr"`
			Height int    `xml:"height,attr"`
			Fill   string `xml:"fill,attr"`
		} `xml:"rect"`
		Path struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(text), &svg); err != nil {
		t.Fatal(err)
	}
	side := svg.Rect.Width
	if svg.ViewBox != fmt.Sprintf("0 0 %d %d", side, svg.Rect.Height) || side != svg.Rect.Height || svg.Rect.Fill != "#fff" {
		t.Fatalf("the ground is not white and square: %+v", svg.Rect)
	}
	if rest := run.ReplaceAllString(svg.Path.D, ""); rest != "" {
		t.Fatalf("in the path: %s", rest)
	}
	picture := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	for _, part := range run.FindAllStringSubmatch(svg.Path.D, -1) {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(part[i+1])
		}
		if n[2] != n[3] {
			t.Fatalf("%s is no rectangle", part[0])
		}
		draw.Draw(picture, image.Rect(n[0]*scale, n[1]*scale, (n[0]+n[2])*scale, (n[1]+1)*scale), image.Black, image.Point{}, draw.Src)
	}
	return picture
}

func TestBothPicturesLeadToTheLink(t *testing.T) {
	for _, text := range []string{link, "https://a.example/l/x", link + "?" + strings.Repeat("long", 100)} {
		code, err := qr.Of(text)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(code.PNG()))
		if err != nil {
			t.Fatal(err)
		}
		const scale = 8
		drawing := drawn(t, code.SVG("x"), scale)
		for name, of := range map[string]image.Image{"PNG": picture, "SVG": drawing} {
			if got := read(t, of); got != text {
				t.Errorf("the %s leads to %s", name, got)
			}
		}
		if picture.Bounds() != drawing.Bounds() {
			t.Fatalf("the PNG is %v, the SVG %v", picture.Bounds(), drawing.Bounds())
		}
		margin := picture.Bounds().Inset(4 * scale)
		for y := range picture.Bounds().Dy() {
			for x := range picture.Bounds().Dx() {
				p, d := grey(picture, x, y), grey(drawing, x, y)
				if p != d || p != 0 && p != 255 || p != 255 && !image.Pt(x, y).In(margin) {
					t.Fatalf("at %d, %d the PNG is %d, the SVG %d", x, y, p, d)
				}
			}
		}
		if grey(picture, margin.Min.X, margin.Min.Y) != 0 {
			t.Error("the white around it is wider than four modules")
		}
	}
}

func grey(of image.Image, x, y int) uint8 { return color.GrayModel.Convert(of.At(x, y)).(color.Gray).Y }

func TestTheDrawingSaysWhatItIs(t *testing.T) {
	code, err := qr.Of(link)
	if err != nil {
		t.Fatal(err)
	}
	if svg := code.SVG(`<the "till">`); !strings.Contains(svg, `role="img"`) || !strings.Contains(svg, `crispEdges`) || !strings.Contains(svg, `<title>&lt;the &#34;till&#34;&gt;</title>`) {
		t.Error(svg)
	}
}

func TestNoCodeHoldsABook(t *testing.T) {
	if _, err := qr.Of(strings.Repeat("x", 2331)); err != nil {
		t.Error(err)
	}
	if _, err := qr.Of(strings.Repeat("x", 2332)); err == nil {
		t.Error("2332 bytes fit")
	}
}
