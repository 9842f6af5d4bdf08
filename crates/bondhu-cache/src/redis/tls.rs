//! TLS, with certificates named in the address as the task queue and Celery name them.

use redis::{Client, ClientTlsConfig, ConnectionInfo, IntoConnectionInfo, TlsCertificates};
use url::form_urlencoded;

use super::RedisError;

/// What is wrong with the address of a server.
pub(super) fn wrong(reason: &str) -> RedisError {
    RedisError::Config(format!("the address of the Redis server {reason}"))
}

/// Reads the address of one node. That of a node over TLS may go on with a query that names [`certificates`].
pub(super) fn node(text: &str) -> Result<ConnectionInfo, RedisError> {
    // The library's own message may repeat the address, and with it the password.
    let info = text.into_connection_info().map_err(|error| wrong(&format!("cannot be read: {}", error.category())))?;
    if !text.starts_with("rediss://") {
        return Ok(info);
    }
    // The way of encrypting that this process has chosen goes before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let Some(certificates) = certificates(query)? else { return Ok(info) };
    let client = Client::build_with_tls(info, certificates);
    let client = client.map_err(|error| wrong(&format!("names certificates that cannot be used: {error}")))?;
    Ok(client.get_connection_info().clone())
}

/// `ssl_ca_certs=FILE`, the authorities to trust in place of the system's, and `ssl_certfile=FILE&ssl_keyfile=FILE`, who
/// the caller is; all in PEM form. None where the query names none of them.
pub(super) fn certificates(query: &str) -> Result<Option<TlsCertificates>, RedisError> {
    let file = |name: &str| {
        let path = form_urlencoded::parse(query.as_bytes()).find(|(found, _)| found == name).map(|(_, path)| path);
        path.map(|path| std::fs::read(&*path).map_err(|error| wrong(&format!("names {name}={path}: {error}"))))
            .transpose()
    };
    let client_tls = match (file("ssl_certfile")?, file("ssl_keyfile")?) {
        (Some(client_cert), Some(client_key)) => Some(ClientTlsConfig { client_cert, client_key }),
        (None, None) => None,
        _ => return Err(wrong("names one of ssl_certfile and ssl_keyfile; a server needs to see both")),
    };
    let root_cert = file("ssl_ca_certs")?;
    Ok((client_tls.is_some() || root_cert.is_some()).then_some(TlsCertificates { client_tls, root_cert }))
}
