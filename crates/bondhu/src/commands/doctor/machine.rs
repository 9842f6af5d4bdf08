//! What the machine has to offer: a folder, room on the disk, the time, a port.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bondhu_store::Timestamp;
use rustix::fs::{Access, access, statvfs};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Check;
use crate::config::{HttpConfig, StoreConfig};

/// Below this, a warning: a busy year of one person takes less.
const ROOM_MIB: u64 = 500;
/// Below this, a failure: the next write may not fit.
const LEAST_ROOM_MIB: u64 = 20;
/// 2026-01-01 UTC. A clock that stands before it was never set.
const SANE_SINCE: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// Whether the folder of the embedded database can be written, and how much fits in.
pub(super) fn data_folder(config: &StoreConfig) -> Vec<Check> {
    let file = config.sqlite_file();
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    // A folder that is not there yet will be made in the nearest one that is.
    let Some(there) = folder.ancestors().find(|folder| folder.exists()) else {
        return vec![Check::fail("data folder", format!("{} cannot be made", folder.display()), MAKE_WRITABLE)];
    };
    let missing = if there == folder { "" } else { " (will be made)" };
    let found = format!("{}{missing}", folder.display());
    if !there.is_dir() {
        return vec![Check::fail("data folder", format!("{} is not a folder", there.display()), MAKE_WRITABLE)];
    }
    if access(there, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        return vec![Check::fail("data folder", format!("{} cannot be written", there.display()), MAKE_WRITABLE)];
    }
    vec![Check::ok("data folder", found), room(there)]
}

const MAKE_WRITABLE: &str = "Make it writable for the user that runs bondhu, or set BONDHU_DATA_DIR to one that is.";

fn room(folder: &Path) -> Check {
    let Ok(disk) = statvfs(folder) else {
        return Check::warn("disk", "its free space cannot be read", "Look at it with `df -h`.");
    };
    let free_mib = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20;
    let detail = format!("{free_mib} MiB free");
    let advice = "Free some space, or move the data folder to a larger disk.";
    match free_mib {
        ..LEAST_ROOM_MIB => Check::fail("disk", detail, advice),
        LEAST_ROOM_MIB..ROOM_MIB => Check::warn("disk", detail, advice),
        _ => Check::ok("disk", detail),
    }
}

/// Whether the time can be right. Ids, sessions and certificates depend on it.
pub(super) fn clock(now: Timestamp) -> Check {
    if now < SANE_SINCE {
        let advice = "Set the time; `timedatectl set-ntp true` keeps it right.";
        return Check::fail("clock", format!("{now} has long been over"), advice);
    }
    Check::ok("clock", now.to_string())
}

/// Whether the server's address can be listened on, or is being served already.
pub(super) async fn port(config: &HttpConfig) -> Check {
    let listen = config.listen;
    match TcpListener::bind(listen).await {
        Ok(_) => Check::ok("port", format!("{listen} is free")),
        Err(_) if is_bondhu(listen).await => Check::ok("port", format!("Bondhu is serving on {listen}")),
        Err(error) => Check::fail(
            "port",
            format!("{listen} cannot be listened on: {error}"),
            "Stop the program that has it, or choose another with BONDHU_LISTEN.",
        ),
    }
}

async fn is_bondhu(listen: SocketAddr) -> bool {
    let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    let ask = async {
        let mut stream = TcpStream::connect(SocketAddr::new(ip, listen.port())).await?;
        stream.write_all(b"GET /api/v1/instance HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut answer = Vec::new();
        // A stranger may send anything for ever.
        stream.take(16 * 1024).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).contains("\"name\":\"Bondhu\""))
    };
    matches!(tokio::time::timeout(Duration::from_secs(3), ask).await, Ok(Ok(true)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::Status;
    use crate::config::Config;

    fn store(folder: &Path) -> StoreConfig {
        Config::from_pairs(&[("store.data_dir", folder.to_str().unwrap())]).unwrap().store
    }

    #[test]
    fn a_folder_that_will_be_made_is_fine_and_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let checks = data_folder(&store(&dir.path().join("a/b")));
        assert_eq!(checks[0].status, Status::Ok);
        assert!(checks[0].detail.ends_with("a/b (will be made)"));
        assert!(!dir.path().join("a").exists());
    }

    #[test]
    fn a_file_is_no_folder() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        assert_eq!(data_folder(&store(&dir.path().join("file/inside")))[0].status, Status::Fail);
    }

    #[test]
    fn a_clock_that_was_never_set_is_noticed() {
        assert_eq!(clock(Timestamp::from_millis(0)).status, Status::Fail);
        assert_eq!(clock(SANE_SINCE).status, Status::Ok);
    }

    #[tokio::test]
    async fn a_stranger_on_the_port_is_told_from_bondhu() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = |body: &'static str| {
            axum::Router::new().route("/api/v1/instance", axum::routing::get(move || async move { body }))
        };
        let http = |address: SocketAddr| Config::from_pairs(&[("http.listen", &address.to_string())]).unwrap().http;
        let serving = tokio::spawn(async move { axum::serve(listener, server("somebody else")).await });
        assert_eq!(port(&http(address)).await.status, Status::Fail);
        serving.abort();

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move { axum::serve(listener, server("{\"name\":\"Bondhu\"}")).await });
        assert_eq!(port(&http(address)).await.detail, format!("Bondhu is serving on {address}"));
        serving.abort();
    }
}
