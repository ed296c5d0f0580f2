package chart

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"slices"
)

// mostColors of a palette. Few colours are drawn, and smooth edges mix two of them, so that this loses nothing that an eye finds
// and makes the file a third.
const mostColors = 32

// reduced is the picture in its most frequent colours; any other becomes the nearest of them.
func reduced(from image.Image) *image.Paletted {
	bounds := from.Bounds()
	dots := image.NewRGBA(bounds)
	draw.Draw(dots, bounds, from, bounds.Min, draw.Src)
	count := map[[4]uint8]int{}
	for dot := range slices.Chunk(dots.Pix, 4) {
		count[[4]uint8(dot)]++
	}
	frequent := slices.SortedFunc(maps.Keys(count), func(a, b [4]uint8) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), slices.Compare(a[:], b[:]))
	})
	var palette color.Palette
	for _, c := range frequent[:min(len(frequent), mostColors)] {
		palette = append(palette, color.RGBA{c[0], c[1], c[2], c[3]})
	}
	nearest := make(map[[4]uint8]uint8, len(count))
	for c := range count {
		nearest[c] = uint8(palette.Index(color.RGBA{c[0], c[1], c[2], c[3]}))
	}
	into := image.NewPaletted(bounds, palette)
	for i := range into.Pix {
		into.Pix[i] = nearest[[4]uint8(dots.Pix[4*i:])]
	}
	return into
}
