//! What the backend says of itself: OpenAPI, health, metrics, headers.
