package chart

import (
	"image"
	"image/color"
	"strconv"

	"gonum.org/v1/plot/vg/draw"

	"afterword/internal/report"
	"afterword/internal/score"
)

// The room around a distribution's bars: counts above, ratings below.
const (
	barsLeft, barsRight = 12, Width - 12
	barsBottom, barsTop = 36, Height - 32
	widestBar           = 64
)

// Distribution draws how many answers chose each rating, lowest rating first; nil when too few answered.
func Distribution(t report.Touchpoint) image.Image {
	counts := t.Score.Distribution
	if counts == nil || t.Scale.Valid() != nil {
		return nil
	}
	ratings := t.Scale.Ratings()
	slot := float64(barsRight-barsLeft) / float64(len(ratings))
	most := int64(1)
	for _, r := range ratings {
		most = max(most, counts[r])
	}
	p := blank()
	for i, r := range ratings {
		middle, half := barsLeft+(float64(i)+0.5)*slot, min(widestBar, slot*0.72)/2
		top := barsBottom + float64(counts[r])/float64(most)*(barsTop-barsBottom)
		p.fill(colorOf(t.Scale.Group(r)), at(middle-half, barsBottom), at(middle+half, barsBottom), at(middle+half, top), at(middle-half, top))
		count, size, on := strconv.FormatInt(counts[r], 10), float64(letters), ink
		if wide, room := widthOf(count, size), slot-6; wide > room {
			size *= room / wide
		}
		if counts[r] == 0 {
			on = soft
		}
		p.write(middle, top+4, count, style(size, on, draw.XCenter, draw.YBottom))
		p.write(middle, 6, strconv.Itoa(r), style(letters, soft, draw.XCenter, draw.YBottom))
	}
	p.stroke(Neutral, 1, at(barsLeft, barsBottom), at(barsRight, barsBottom))
	return reduced(p.image.Image())
}

func colorOf(g score.Group) color.Color {
	return map[score.Group]color.Color{score.Good: Good, score.Neutral: Neutral, score.Bad: Bad}[g]
}
