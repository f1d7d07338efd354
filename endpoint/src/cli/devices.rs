//! `devices` and `revoke`.

use super::{Database, Failure, say};
use crate::clock::Clock;

pub(super) async fn list(database: &Database) -> Result<(), Failure> {
    let opened = database.existing().await?;
    let devices = opened.store.devices().await.map_err(opened.failed())?;
    let installs = opened.store.installs().await.map_err(opened.failed())?;
    opened.store.close().await;
    if devices.is_empty() {
        println!("No phone is enrolled. For a code run: rounds-endpoint enrol --role butler");
    }
    for device in devices {
        let state =
            device.revoked_ms.map_or(String::new(), |at| format!("  REVOKED {}", say::moment(Some(at))));
        println!(
            "{}  {}  {}  sites: {}{state}",
            device.device_id,
            device.role,
            device.name,
            device.sites.join(", ")
        );
        let own: Vec<_> =
            installs.iter().filter(|line| line.device_id.as_ref() == Some(&device.device_id)).collect();
        for install in &own {
            println!(
                "    last seen {}  unsent then: {}  install {}",
                say::moment(install.seen_ms),
                install.pending,
                install.install_id
            );
        }
        if own.is_empty() {
            println!("    has never delivered");
        } else if own.len() > 1 {
            println!("    {} installs: its storage was lost or copied; see `gaps`", own.len());
        }
    }
    Ok(())
}

pub(super) async fn revoke(database: &Database, device: String) -> Result<(), Failure> {
    let opened = database.existing().await?;
    let found =
        opened.store.revoke(&device, Clock::system().now().millis()).await.map_err(opened.failed())?;
    opened.store.close().await;
    if !found {
        return Err(Failure::NoDevice(device));
    }
    println!("{device} is shut out. Nothing on the phone is deleted.");
    Ok(())
}
