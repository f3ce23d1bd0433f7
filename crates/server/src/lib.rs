//! Listens: HTTP.
