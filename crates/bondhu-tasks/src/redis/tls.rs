//! TLS, with certificates named in the address as Celery's addresses name them.

use redis::{Client, ClientTlsConfig, ConnectionInfo, IntoConnectionInfo, TlsCertificates};
use url::form_urlencoded;

use crate::error::TransportError;

/// Reads the address of one node. That of a node over TLS may go on with `?ssl_ca_certs=FILE`, the authorities to trust
/// in place of the system's, and with `ssl_certfile=FILE&ssl_keyfile=FILE`, who the caller is; all in PEM form.
pub(super) fn node(text: &str) -> Result<ConnectionInfo, TransportError> {
    let info = text.into_connection_info().map_err(|error| wrong(&format!("cannot be read: {}", error.category())))?;
    if !text.starts_with("rediss://") {
        return Ok(info);
    }
    // The way of encrypting that this process has chosen goes before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let file = |name: &str| {
        let path = form_urlencoded::parse(query.as_bytes()).find(|(found, _)| found == name).map(|(_, path)| path);
        path.map(|path| std::fs::read(&*path).map_err(|error| wrong(&format!("names {name}={path}: {error}"))))
            .transpose()
    };
    if form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == "ssl_cert_reqs" && !is_strict(&value)) {
        tracing::warn!(
            "the server's certificate is checked although the address says not to (ssl_cert_reqs); if it is refused, name \
             the authority that signed it with ssl_ca_certs"
        );
    }
    let client_tls = match (file("ssl_certfile")?, file("ssl_keyfile")?) {
        (Some(client_cert), Some(client_key)) => Some(ClientTlsConfig { client_cert, client_key }),
        (None, None) => None,
        _ => return Err(wrong("names one of ssl_certfile and ssl_keyfile; a server needs to see both")),
    };
    let certificates = TlsCertificates { client_tls, root_cert: file("ssl_ca_certs")? };
    if certificates.client_tls.is_none() && certificates.root_cert.is_none() {
        return Ok(info);
    }
    let client = Client::build_with_tls(info, certificates);
    let client = client.map_err(|error| wrong(&format!("names certificates that cannot be used: {error}")))?;
    Ok(client.get_connection_info().clone())
}

fn is_strict(reqs: &str) -> bool {
    matches!(reqs.to_ascii_lowercase().as_str(), "required" | "cert_required")
}

pub(super) fn wrong(reason: &str) -> TransportError {
    TransportError::Config(format!("the address of the Redis server {reason}"))
}
