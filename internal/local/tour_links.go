package local

import (
	"context"
	"html/template"

	"afterword/internal/api"
	"afterword/internal/qr"
)

// linkLine is a touchpoint's link for everybody, and its QR code as a drawing.
type linkLine struct {
	api.Link
	Code template.HTML
}

func (s *System) linkLines(ctx context.Context) (lines []linkLine, err error) {
	var answer struct{ Items []api.Link }
	if err := s.ask(ctx, "/api/links", &answer); err != nil {
		return nil, err
	}
	for _, l := range answer.Items {
		code, err := qr.Of(l.URL)
		if err != nil {
			return nil, err
		}
		lines = append(lines, linkLine{l, template.HTML(code.SVG("QR code of " + l.Touchpoint + " " + l.Name))}) // #nosec G203: SVG escapes the title
	}
	return lines, nil
}
