#include "dashboard.h"

#include "assets/etags.h"

// SwiftPM compiles with an older standard, to which #embed is an extension.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "assets/index.html"
};

static const unsigned char app_js[] = {
#embed "assets/app.js.gz"
};

static const unsigned char app_css[] = {
#embed "assets/app.css.gz"
};

static const unsigned char favicon_svg[] = {
#embed "assets/favicon.svg.gz"
};

static const struct aether_dashboard_asset assets[] = {
    {"index.html", "text/html; charset=utf-8", ETAG_INDEX_HTML, index_html, sizeof index_html, false},
    {"app.js", "text/javascript; charset=utf-8", ETAG_APP_JS, app_js, sizeof app_js, true},
    {"app.css", "text/css; charset=utf-8", ETAG_APP_CSS, app_css, sizeof app_css, true},
    {"favicon.svg", "image/svg+xml", ETAG_FAVICON_SVG, favicon_svg, sizeof favicon_svg, true},
};

size_t aether_dashboard_asset_count(void) { return sizeof assets / sizeof assets[0]; }

struct aether_dashboard_asset aether_dashboard_asset_at(size_t index) { return assets[index]; }
