//! `cargo xtask serve`: from a clean clone to one address that opens an enrolled app.

use crate::setup::{self, Purpose};
use crate::{app, paths, process, shell};
use anyhow::{Context, Result, bail};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

const PORT: u16 = 8080;
const PORTS_TRIED: u16 = 50;
/// The demo estate is made at the first start, before the endpoint listens.
const START_LIMIT: Duration = Duration::from_secs(60);
const FOR_EVER: Duration = Duration::from_secs(u32::MAX as u64);

/// Entry point of the command.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let options = Options::parse(arguments)?;
    let began = Instant::now();
    setup::ensure(Purpose::Serve)?;
    app::build_both()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.free_port()?));
    std::fs::create_dir_all(&options.data)
        .with_context(|| format!("no right to write into {}", options.data.display()))?;
    let mut endpoint = process::Group::spawn(&mut demo(&options, address))?;
    wait_until_it_listens(&mut endpoint, address)?;
    println!();
    println!("  Rounds is running, {} s after the command.", began.elapsed().as_secs());
    println!();
    println!("    open   http://{address}/demo");
    println!("    data   {}   (delete it to start afresh)", paths::shown(&options.data));
    println!("    stop   Ctrl-C");
    println!();
    match endpoint.wait(FOR_EVER, || ())? {
        Some(status) if status.success() => Ok(ExitCode::SUCCESS),
        Some(status) => bail!("the endpoint ended with {status}"),
        None => bail!("the endpoint was stopped"),
    }
}

/// What a person may choose.
struct Options {
    port: Option<u16>,
    data: PathBuf,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self { port: None, data: paths::root().join(".rounds") };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                "--port" => {
                    options.port = Some(value()?.parse().context("--port takes a number up to 65535")?)
                }
                "--data" => options.data = std::path::absolute(value()?)?,
                other => bail!("serve knows --port N and --data DIR, not {other}"),
            }
        }
        Ok(options)
    }

    /// The chosen port, or the first free one from the usual on.
    fn free_port(&self) -> Result<u16> {
        let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
        if let Some(port) = self.port {
            if !is_free(&port) {
                bail!("port {port} is taken by another program: choose another, or leave --port out");
            }
            return Ok(port);
        }
        let found = (PORT..PORT + PORTS_TRIED).find(is_free);
        let port = found.context("no free port from 8080 on: choose one with --port")?;
        if port != PORT {
            println!("port {PORT} is taken by another program; using {port}");
        }
        Ok(port)
    }
}

fn demo(options: &Options, address: SocketAddr) -> Command {
    let mut command = shell::command(paths::endpoint());
    command.arg("demo");
    command.arg("--db").arg(options.data.join("demo.sqlite"));
    command.arg("--blobs").arg(options.data.join("blobs"));
    command.arg("--app").arg(paths::dist());
    command.arg("--listen").arg(address.to_string());
    command
}

fn wait_until_it_listens(endpoint: &mut process::Group, address: SocketAddr) -> Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    while Instant::now() < deadline {
        if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
            return Ok(());
        }
        if let Some(status) = endpoint.ended_within(Duration::from_millis(100))? {
            bail!("the endpoint ended with {status} before it listened on {address}");
        }
    }
    bail!("the endpoint did not listen on {address} within {} s", START_LIMIT.as_secs())
}

#[cfg(test)]
mod tests {
    use super::Options;
    use std::net::{Ipv4Addr, TcpListener};

    fn parse(words: &[&str]) -> anyhow::Result<Options> {
        Options::parse(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read_and_strangers_refused() {
        assert_eq!(parse(&["--port", "9001"]).unwrap().port, Some(9001));
        assert!(parse(&["--data", "here"]).unwrap().data.is_absolute());
        assert!(parse(&["--port"]).is_err());
        assert!(parse(&["--port", "70000"]).is_err());
        assert!(parse(&["--colour"]).is_err());
    }

    #[test]
    fn a_chosen_port_that_is_taken_is_said_to_be() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = parse(&["--port", &port.to_string()]).unwrap().free_port().unwrap_err();
        assert!(error.to_string().contains("taken"));
    }
}
