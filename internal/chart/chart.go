// Package chart draws the two pictures of a report's touchpoint: how its score went over the periods, and how the answers of the
// period are spread over the scale.
//
// The field's rules that it encodes: the axis is the metric's whole scale, so that noise looks like noise and two months' pictures
// can be laid side by side; a score stands in the middle of its 95 % interval; where too few answered there is a gap and no line
// across it. Bars are coloured by what the rating means, not by its number, in blue and orange, which colour-blind people can tell
// apart (Okabe and Ito, Color Universal Design, 2008).
//
// A picture has no words, only digits and dates: words stand in the mail around it, in the reader's language. It has a light ground of
// its own, is drawn for screens with two dots a pixel, and keeps its digits readable on a phone, where it is half as wide.
package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"afterword/internal/report"
)

// Width and Height are the size at which a picture is shown, in CSS pixels. It has Density dots for each, both ways.
const (
	Width   = 560
	Height  = 220
	Density = 2
)

// letters is the size of digits, in CSS pixels: on a phone, where a picture has 300 of them, they still have ten.
const letters = 19

// The colours. The mail's legend uses those of the groups as well.
var (
	Good    = color.NRGBA{0x00, 0x72, 0xb2, 0xff}
	Neutral = color.NRGBA{0x86, 0x8d, 0x9a, 0xff}
	Bad     = color.NRGBA{0xd5, 0x5e, 0x00, 0xff}

	ground = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	ink    = color.NRGBA{0x1a, 0x1d, 0x23, 0xff}
	soft   = color.NRGBA{0x56, 0x5c, 0x68, 0xff}
	hair   = color.NRGBA{0xe3, 0xe5, 0xea, 0xff}
	line   = color.NRGBA{0x2b, 0x3a, 0x55, 0xff}
	band   = color.NRGBA{0xd5, 0xdc, 0xe9, 0xff}
)

// Of draws the pictures of all touchpoints, as PNG by file name: "support-trend.png", "support-distribution.png". A picture that
// would show nothing is not drawn: a trend without a score, a distribution of too few answers. Equal reports give equal bytes.
func Of(r report.Report) (map[string][]byte, error) {
	pictures := map[string][]byte{}
	for _, t := range r.Touchpoints {
		for kind, picture := range map[string]image.Image{"trend": Trend(t), "distribution": Distribution(t)} {
			if picture == nil {
				continue
			}
			var b bytes.Buffer
			var encoder png.Encoder
			if err := encoder.Encode(&b, picture); err != nil {
				return nil, fmt.Errorf("draw the %s of %s: %w", kind, t.Name, err)
			}
			pictures[t.Name+"-"+kind+".png"] = b.Bytes()
		}
	}
	return pictures, nil
}

// paper is what a picture is drawn on, measured in CSS pixels from the lower left corner.
type paper struct {
	draw.Canvas
	image *vgimg.Canvas
}

// blank is an empty picture. A point of vg's is a CSS pixel here.
func blank() paper {
	const dotsPerInch = 72 * Density
	into := vgimg.NewWith(vgimg.UseWH(Width, Height), vgimg.UseDPI(dotsPerInch), vgimg.UseBackgroundColor(ground))
	return paper{draw.New(into), into}
}

// fonts are parsed when the first picture is drawn, not when the program starts.
var fonts = sync.OnceValue(func() *font.Cache {
	face, err := opentype.Parse(liberationsansregular.TTF)
	if err != nil {
		panic(err) // it is embedded
	}
	return font.NewCache(font.Collection{{Font: font.Font{Typeface: "Liberation", Variant: "Sans"}, Face: face}})
})

func style(size float64, c color.Color, across text.XAlignment, up text.YAlignment) draw.TextStyle {
	return draw.TextStyle{
		Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: font.Length(size)}, XAlign: across, YAlign: up,
		Handler: text.Plain{Fonts: fonts()},
	}
}

// widthOf is how wide a text is.
func widthOf(s string, size float64) float64 {
	return float64(style(size, ink, draw.XLeft, draw.YBottom).Width(s))
}

func (p paper) write(x, y float64, s string, in draw.TextStyle) { p.FillText(in, at(x, y), s) }

func (p paper) stroke(c color.Color, width float64, points ...vg.Point) {
	p.StrokeLines(draw.LineStyle{Color: c, Width: vg.Length(width)}, points)
}

func (p paper) fill(c color.Color, points ...vg.Point) { p.FillPolygon(c, points) }

func (p paper) dot(c color.Color, radius float64, centre vg.Point) {
	p.DrawGlyphNoClip(draw.GlyphStyle{Color: c, Radius: vg.Length(radius), Shape: draw.CircleGlyph{}}, centre)
}

func at(x, y float64) vg.Point { return vg.Point{X: vg.Length(x), Y: vg.Length(y)} }
