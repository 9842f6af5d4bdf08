//! Certificates for servers that speak TLS.

use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

/// An authority that nobody else knows, and what it has signed for a server at `localhost` and 127.0.0.1, in files that
/// go with this handle: `ca.pem`, `server.pem`, `server.key`.
#[derive(Debug)]
pub struct Certificates {
    folder: TempDir,
}

impl Certificates {
    /// Makes all of them.
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("bondhu-certificates-").tempdir()?;
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Of another name than what it signs, or OpenSSL takes that for self-signed.
        authority.distinguished_name.push(DnType::CommonName, "the authority of a test");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        let certificate = params.signed_by(&key, &authority)?;
        let files =
            [("ca.pem", authority.pem()), ("server.pem", certificate.pem()), ("server.key", key.serialize_pem())];
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text)?;
        }
        Ok(Self { folder })
    }

    /// Where one of the files is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Arguments for a Redis server that also speaks TLS, and the port where it does. It asks callers for no certificate.
    pub fn for_redis(&self) -> Result<(Vec<String>, u16)> {
        // Free now, and hardly taken by anybody else in the moment until the server has it.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut arguments = vec!["--tls-port".to_owned(), port.to_string()];
        for (option, name) in [("ca-cert", "ca.pem"), ("cert", "server.pem"), ("key", "server.key")] {
            arguments.extend([format!("--tls-{option}-file"), self.path(name).display().to_string()]);
        }
        arguments.extend(["--tls-auth-clients".to_owned(), "no".to_owned()]);
        Ok((arguments, port))
    }
}
