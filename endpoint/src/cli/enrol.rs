//! `enrol`: a one-time code, to be typed in or scanned.

use clap::{Args, ValueEnum};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use rounds::sync::protocol::DeviceRole;

use super::{Database, Failure};
use crate::clock::Clock;
use crate::secret::Secret;

/// How long an enrolment code holds.
pub const CODE_LIFE_MS: i64 = 15 * 60 * 1000;

#[derive(Debug, Args)]
pub(super) struct Enrolling {
    #[command(flatten)]
    database: Database,
    /// What its person may do.
    #[arg(long)]
    role: Role,
    /// A site it may see; repeat for more. Without it: all sites known now.
    #[arg(long = "site")]
    sites: Vec<String>,
    /// Where phones open the app, such as https://rounds.example; also prints the address as a QR
    /// code that any camera app reads.
    #[arg(long)]
    address: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Role {
    Butler,
    Inspector,
    Manager,
}

pub(super) async fn run(enrolling: Enrolling) -> Result<(), Failure> {
    let page = enrolling.address.as_deref().map(page).transpose()?;
    let opened = enrolling.database.existing().await?;
    let code = Secret::code()?.reveal();
    let expires = Clock::system().now().millis() + CODE_LIFE_MS;
    let hash = Secret::code_hash(&code);
    let added = opened.store.add_code(&hash, enrolling.role.into(), &enrolling.sites, expires);
    added.await.map_err(opened.failed())?;
    println!("{code}");
    match page {
        Some(page) => {
            let address = format!("{page}/#enrol={code}");
            println!("Holds for 15 minutes, once. Type it in, or scan this, which opens {address}");
            println!("{}", drawn(&address)?);
        }
        None => println!(
            "Holds for 15 minutes, once. Type it in, or open the app's address followed by /#enrol={code} \
             (with --address it is printed as a QR code)"
        ),
    }
    opened.store.close().await;
    Ok(())
}

/// The page without its last slash. What follows a # never leaves the phone, so the code does not
/// stand in any server's log.
fn page(address: &str) -> Result<&str, Failure> {
    let bare = address.trim().trim_end_matches('/');
    let host = bare.strip_prefix("https://").or_else(|| bare.strip_prefix("http://")).unwrap_or_default();
    let is_plain = !host.is_empty() && !host.contains(|c: char| c == '#' || c == '?' || c.is_whitespace());
    if is_plain { Ok(bare) } else { Err(Failure::NoAddress(address.to_owned())) }
}

/// Light blocks on a dark terminal; cameras read the reverse as well.
fn drawn(address: &str) -> Result<String, Failure> {
    let code = QrCode::new(address).map_err(|_| Failure::NoQr)?;
    // The names are those of dark blocks on a light page.
    Ok(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

impl From<Role> for DeviceRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Butler => Self::Butler,
            Role::Inspector => Self::Inspector,
            Role::Manager => Self::Manager,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_reads_as_the_address() {
        let address = "https://rounds.example/#enrol=7K3QM-9XT2B";
        let drawn = drawn(address).unwrap();
        // Each character is two dots, one above the other; a block is light.
        let dots: Vec<Vec<bool>> = drawn
            .lines()
            .flat_map(|line| {
                let row = |light: &[char]| line.chars().map(|c| !light.contains(&c)).collect();
                [row(&['█', '▀']), row(&['█', '▄'])]
            })
            .collect();
        let side = dots[0].len();
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * 4, dots.len() * 4, |x, y| {
            if dots[y / 4][x / 4] { 0 } else { 255 }
        });
        let (_, text) = image.detect_grids()[0].decode().unwrap();
        assert_eq!(text, address);
    }

    #[test]
    fn only_a_pages_address_is_taken() {
        assert_eq!(page(" https://rounds.example/ ").unwrap(), "https://rounds.example");
        assert_eq!(page("http://192.0.2.1:8080").unwrap(), "http://192.0.2.1:8080");
        for odd in ["", "rounds.example", "https://", "https://a b", "https://a/#x", "ftp://a"] {
            assert!(page(odd).is_err(), "{odd}");
        }
    }
}
