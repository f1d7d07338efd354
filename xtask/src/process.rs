//! Running a program with a time limit, in a process group of its own, so that whatever it has
//! started ends with it: at the limit, and when a person presses Ctrl-C.

use anyhow::{Context, Result, bail};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, mpsc};
use std::thread;
use std::time::{Duration, Instant};

static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());
static HANDLER: Once = Once::new();
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// How long an interrupted program may take to end by itself.
const GRACE: Duration = Duration::from_secs(10);
/// How often a long step shows that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(60);

/// Runs with the output where the command puts it. Success only with exit code 0.
///
/// # Errors
/// When it cannot start, fails, or is not done within `limit`.
pub fn run_limited(command: &mut Command, limit: Duration) -> Result<()> {
    let line = crate::shell::shown(command);
    let mut group = Group::spawn(command)?;
    let began = Instant::now();
    match group.wait(limit, || println!("           … {} s", began.elapsed().as_secs()))? {
        Some(status) if status.success() => Ok(()),
        Some(status) => bail!("`{line}` ended with {status}"),
        None => bail!("`{line}` was not done after {} s and was stopped", limit.as_secs()),
    }
}

/// A running program and all it started.
pub struct Group {
    id: u32,
    waiter: mpsc::Receiver<std::io::Result<ExitStatus>>,
}

impl Group {
    /// Starts the command without an input.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        HANDLER.call_once(end_all_on_interrupt);
        if INTERRUPTED.load(Ordering::SeqCst) {
            bail!("interrupted");
        }
        let line = crate::shell::shown(command);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child =
            command.stdin(Stdio::null()).spawn().with_context(|| format!("could not start `{line}`"))?;
        let id = child.id();
        lock().push(id);
        Ok(Self { id, waiter: wait_in_background(child) })
    }

    /// The exit status, or `None` after `limit`, when all has been stopped by force.
    pub fn wait(&mut self, limit: Duration, heartbeat: impl Fn()) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                signal("KILL", self.id);
                return Ok(None);
            }
            match self.waiter.recv_timeout(left.min(HEARTBEAT)) {
                Ok(status) => return Ok(Some(status?)),
                Err(mpsc::RecvTimeoutError::Timeout) => heartbeat(),
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    bail!("lost sight of a started program")
                }
            }
        }
    }

    /// The exit status when it ends within a moment; it goes on otherwise.
    pub fn ended_within(&mut self, moment: Duration) -> Result<Option<ExitStatus>> {
        match self.waiter.recv_timeout(moment) {
            Ok(status) => Ok(Some(status?)),
            Err(_) => Ok(None),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Drivers and browsers that outlive the step would disturb the next one.
        signal("KILL", self.id);
        lock().retain(|id| *id != self.id);
    }
}

/// Sends a signal to a whole process group.
pub fn signal(name: &str, group: u32) {
    let mut kill = Command::new("kill");
    kill.args(["-s", name, "--", &format!("-{group}")]).stdout(Stdio::null()).stderr(Stdio::null());
    kill.status().ok();
}

fn wait_in_background(mut child: Child) -> mpsc::Receiver<std::io::Result<ExitStatus>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait()).ok());
    receiver
}

/// Asks every running group to end and lets it: the endpoint closes its database in this time.
fn end_all_on_interrupt() {
    let handler = || {
        INTERRUPTED.store(true, Ordering::SeqCst);
        for group in lock().clone() {
            signal("TERM", group);
        }
        let deadline = Instant::now() + GRACE;
        while !lock().is_empty() && Instant::now() < deadline {
            thread::park_timeout(Duration::from_millis(50));
        }
        for group in lock().clone() {
            signal("KILL", group);
        }
        eprintln!("\nstopped");
        std::process::exit(130);
    };
    ctrlc::set_handler(handler).expect("this is the only place that sets a handler");
}

fn lock() -> std::sync::MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
