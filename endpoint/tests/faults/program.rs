//! The built program: started on a folder, ready once it has said where it listens.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rounds::sync::protocol::{DeviceRole, EnrolAnswer};
use serde_json::json;

use crate::http::call;
use crate::phone::Phone;

pub struct Program {
    child: Child,
    pub address: String,
}

/// The files that a program works on, within a folder of the test's.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("data").join("a.sqlite")
}

pub fn photos(folder: &Path) -> PathBuf {
    folder.join("photos")
}

pub fn serve(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rounds-endpoint"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--db"]).arg(database(folder));
    command.arg("--blobs").arg(photos(folder));
    command
}

impl Program {
    /// `said` is a file for what it says on standard error.
    pub fn start(mut command: Command, said: &Path) -> Result<Self, String> {
        let log = File::create(said).map_err(|error| error.to_string())?;
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        match line.trim().split_once("http://") {
            Some((_, address)) => Ok(Self { child, address: address.to_owned() }),
            None => {
                child.wait().unwrap();
                Err(format!("the program did not start: {}", std::fs::read_to_string(said).unwrap()))
            }
        }
    }

    /// A program that is killed before anyone has heard of it.
    pub fn unheard(mut command: Command) -> Child {
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// On Unix this is SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn stop_gently(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success() && self.child.wait().unwrap().success());
    }

    /// A phone enrolled with a code from the command line.
    pub fn enrol(&self, folder: &Path, variables: &[(String, String)]) -> Phone {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rounds-endpoint"));
        command.args(["enrol", "--role", "butler", "--site", "lanting", "--db"]).arg(database(folder));
        let output = command.envs(variables.iter().cloned()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let printed = String::from_utf8(output.stdout).unwrap();
        let install = uuid::Uuid::now_v7().to_string();
        let code = printed.lines().next().unwrap();
        let body = json!({ "code": code, "device_name": "a phone", "install_id": install });
        let headers = [("content-type", "application/json")];
        let answer = call(&self.address, "POST", "/v1/enrol", &headers, body.to_string().as_bytes()).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
        let enrolled: EnrolAnswer = answer.json();
        assert_eq!(enrolled.role, DeviceRole::Butler);
        Phone { device: enrolled.device_id, install, token: enrolled.token }
    }
}
