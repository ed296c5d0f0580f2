package console

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"sync"

	"afterword/internal/web"
)

// assetsAt is where style and scripts are. Their names hold a hash of what they are, so that browsers keep them for as long as they
// like; they tell nothing about anybody, and the page on which one signs in needs them too.
const assetsAt = "/assets/"

// asset is a file that pages need.
type asset struct {
	kind string
	body []byte
}

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".txt": "text/plain; charset=utf-8"}

// assets are by their names, which hold a hash.
var assets = sync.OnceValues(func() (served map[string]asset, names map[string]string) {
	served, names = map[string]asset{}, map[string]string{}
	entries, err := files.ReadDir("assets")
	if err != nil {
		panic(err) // they are embedded
	}
	for _, entry := range entries {
		body, err := files.ReadFile("assets/" + entry.Name())
		if err != nil {
			panic(err)
		}
		sum, ending := sha256.Sum256(body), path.Ext(entry.Name())
		name := strings.TrimSuffix(entry.Name(), ending) + "." + hex.EncodeToString(sum[:6]) + ending
		served[name] = asset{kinds[ending], body}
		names[entry.Name()] = assetsAt + name
	}
	return served, names
})

func assetNames() map[string]string {
	_, names := assets()
	return names
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	served, _ := assets()
	found, known := served[r.PathValue("name")]
	if !known {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", found.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := web.Zipped(h, r, found.body)
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the status is out, nobody is left to tell
	}
}
