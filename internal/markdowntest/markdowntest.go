// Package markdowntest renders Markdown as GitHub does, so that tests can check what a reader sees.
package markdowntest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// Page is rendered Markdown.
type Page struct {
	Text     string         // all visible text
	Loose    string         // all visible text outside of code
	Codes    []string       // the text of each code element
	Elements map[string]int // how often each HTML element occurs
	Attrs    []string       // all attributes, as name=value
}

// Render renders Markdown with GitHub's extensions. It keeps raw HTML, as GitHub does with harmless elements.
func Render(t testing.TB, markdown string) Page {
	t.Helper()
	converter := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	var rendered bytes.Buffer
	if err := converter.Convert([]byte(markdown), &rendered); err != nil {
		t.Fatal(err)
	}
	page, err := read(rendered.String())
	if err != nil {
		t.Fatalf("%v in the HTML:\n%s\nof the Markdown:\n%s", err, rendered.String(), markdown)
	}
	return page
}

func read(rendered string) (Page, error) {
	page := Page{Elements: map[string]int{}}
	decoder := xml.NewDecoder(strings.NewReader(rendered))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	inCode := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return page, nil
		}
		if err != nil {
			return page, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			page.Elements[token.Name.Local]++
			for _, attr := range token.Attr {
				page.Attrs = append(page.Attrs, attr.Name.Local+"="+attr.Value)
			}
			if token.Name.Local == "code" {
				inCode++
				page.Codes = append(page.Codes, "")
			}
		case xml.EndElement:
			if token.Name.Local == "code" {
				inCode--
			}
		case xml.CharData:
			page.Text += string(token)
			if inCode > 0 {
				page.Codes[len(page.Codes)-1] += string(token)
			} else {
				page.Loose += string(token)
			}
		case xml.ProcInst, xml.Directive:
			page.Elements["!"]++
		}
	}
}
