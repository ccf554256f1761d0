#ifndef AETHER_DASHBOARD_H
#define AETHER_DASHBOARD_H

#include <stdbool.h>
#include <stddef.h>

/// A file of the dashboard, as it is sent.
struct aether_dashboard_asset {
    /// Without the leading slash; the page itself is `index.html`.
    const char *path;
    const char *content_type;
    /// Changes with the content; without quotes.
    const char *etag;
    const unsigned char *bytes;
    size_t length;
    bool is_gzipped;
};

size_t aether_dashboard_asset_count(void);

/// The asset at an index below the count.
struct aether_dashboard_asset aether_dashboard_asset_at(size_t index);

#endif
