//! A disk that keeps only what it must: what a sync covered before the power went.
//!
//! A file's data is sure once the file was synced, a name once its folder was; nothing makes the
//! other sure. Of what is not sure, any write may be there, or half of it by sectors of 512 bytes,
//! or none. Changes of the names in one folder keep their order, as every journal does.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::chance::Chance;
use crate::journal::{Event, Handle};

const SECTOR: usize = 512;
const CREATE: i64 = 0o100;
const CUT_SHORT: i64 = 0o1000;

/// What becomes of that which no sync had covered.
pub enum Unsure {
    /// The worst a disk may do by its promise.
    Lost,
    /// Each write is there, torn or lost; the first of these in so many are.
    Kept { in_ten: u64, chance: Chance },
}

pub struct Disk {
    root: PathBuf,
    nodes: Vec<Node>,
    open: HashMap<Handle, usize>,
}

enum Node {
    File { sure: Vec<u8>, unsure: Vec<Change> },
    Folder { now: BTreeMap<String, usize>, sure: BTreeMap<String, usize>, unsure: Vec<Naming> },
}

enum Change {
    Write { at: u64, bytes: Rc<[u8]> },
    Truncate(u64),
}

#[derive(Clone)]
enum Naming {
    Add(String, usize),
    Remove(String),
    Rename(String, String),
}

impl Disk {
    /// An empty folder that is surely there.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), nodes: vec![Node::folder()], open: HashMap::new() }
    }

    /// Takes the next event.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Open { file, flags, path } => {
                let node = self.opened(path, *flags);
                self.open.insert(*file, node);
            }
            Event::Copy { from, to } => {
                self.open.insert(*to, self.open[from]);
            }
            Event::Close(file) => drop(self.open.remove(file)),
            Event::Write { file, at, bytes } => {
                self.change(*file, Change::Write { at: *at, bytes: Rc::clone(bytes) })
            }
            Event::Truncate { file, len } => self.change(*file, Change::Truncate(*len)),
            Event::Sync(file) => {
                if let Some(node) = self.open.get(file) {
                    self.nodes[*node].sync();
                }
            }
            Event::MakeFolder(path) => {
                self.nodes.push(Node::folder());
                self.add(path, self.nodes.len() - 1);
            }
            Event::Link { from, to } => {
                let node = self.find(from).unwrap();
                self.add(to, node);
            }
            Event::Rename { from, to } if from.parent() == to.parent() => {
                let (_, name) = self.place(from);
                let (folder, new_name) = self.place(to);
                self.name(folder, Naming::Rename(name, new_name));
            }
            Event::Rename { from, to } => {
                let node = self.find(from).unwrap();
                self.add(to, node);
                self.remove(from);
            }
            Event::Unlink(path) => self.remove(path),
        }
    }

    /// Writes into an empty folder what the disk holds when the power comes back.
    pub fn after_cut(&self, unsure: &mut Unsure, into: &Path) {
        self.lay(0, unsure, into);
    }

    fn lay(&self, node: usize, unsure: &mut Unsure, into: &Path) {
        match &self.nodes[node] {
            Node::Folder { sure, unsure: namings, .. } => {
                std::fs::create_dir_all(into).unwrap();
                let mut names = sure.clone();
                namings
                    .iter()
                    .take(unsure.how_many(namings.len()))
                    .for_each(|naming| naming.apply(&mut names));
                // SQLite's shared memory is made anew whenever nobody has it open.
                for (name, node) in names.iter().filter(|(name, _)| !name.ends_with("-shm")) {
                    self.lay(*node, unsure, &into.join(name));
                }
            }
            Node::File { sure, unsure: changes } => {
                let mut bytes = sure.clone();
                changes.iter().for_each(|change| unsure.apply(change, &mut bytes));
                std::fs::write(into, bytes).unwrap();
            }
        }
    }

    fn opened(&mut self, path: &Path, flags: i64) -> usize {
        let Some(node) = self.find(path) else {
            assert!(flags & CREATE != 0, "{} was there before the recording", path.display());
            self.nodes.push(Node::File { sure: Vec::new(), unsure: Vec::new() });
            self.add(path, self.nodes.len() - 1);
            return self.nodes.len() - 1;
        };
        if let Node::File { unsure, .. } = &mut self.nodes[node]
            && flags & CUT_SHORT != 0
        {
            unsure.push(Change::Truncate(0));
        }
        node
    }

    fn change(&mut self, file: Handle, change: Change) {
        match &mut self.nodes[self.open[&file]] {
            Node::File { unsure, .. } => unsure.push(change),
            Node::Folder { .. } => unreachable!("nobody writes into a folder"),
        }
    }

    fn add(&mut self, path: &Path, node: usize) {
        let (folder, name) = self.place(path);
        self.name(folder, Naming::Add(name, node));
    }

    fn remove(&mut self, path: &Path) {
        let (folder, name) = self.place(path);
        self.name(folder, Naming::Remove(name));
    }

    fn name(&mut self, folder: usize, naming: Naming) {
        if let Node::Folder { now, unsure, .. } = &mut self.nodes[folder] {
            naming.apply(now);
            unsure.push(naming);
        }
    }

    fn place(&self, path: &Path) -> (usize, String) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (self.find(path.parent().unwrap()).unwrap(), name)
    }

    fn find(&self, path: &Path) -> Option<usize> {
        let within = path.strip_prefix(&self.root).unwrap();
        within.iter().try_fold(0, |node, name| match &self.nodes[node] {
            Node::Folder { now, .. } => now.get(name.to_str().unwrap()).copied(),
            Node::File { .. } => None,
        })
    }
}

impl Node {
    fn folder() -> Self {
        Self::Folder { now: BTreeMap::new(), sure: BTreeMap::new(), unsure: Vec::new() }
    }

    fn sync(&mut self) {
        match self {
            Self::File { sure, unsure } => unsure.drain(..).for_each(|change| change.apply(sure)),
            Self::Folder { sure, unsure, .. } => unsure.drain(..).for_each(|naming| naming.apply(sure)),
        }
    }
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Add(name, node) => drop(names.insert(name.clone(), *node)),
            Self::Remove(name) => drop(names.remove(name)),
            Self::Rename(from, to) => {
                if let Some(node) = names.remove(from) {
                    names.insert(to.clone(), node);
                }
            }
        }
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes } => write(file, *at as usize, bytes),
            Self::Truncate(len) => file.resize(*len as usize, 0),
        }
    }
}

impl Unsure {
    fn how_many(&mut self, all: usize) -> usize {
        match self {
            Self::Lost => 0,
            Self::Kept { chance, .. } => chance.below(all as u64 + 1) as usize,
        }
    }

    fn apply(&mut self, change: &Change, file: &mut Vec<u8>) {
        let Self::Kept { in_ten, chance } = self else { return };
        if chance.below(10) >= *in_ten {
            return;
        }
        match change {
            Change::Write { at, bytes } if chance.one_in(4) => torn(file, *at as usize, bytes, chance),
            whole => whole.apply(file),
        }
    }
}

/// Some of the sectors that a write touches.
fn torn(file: &mut Vec<u8>, at: usize, bytes: &[u8], chance: &mut Chance) {
    let mut from = 0;
    while from < bytes.len() {
        let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
        if chance.one_in(2) {
            write(file, at + from, &bytes[from..to]);
        }
        from = to;
    }
}

fn write(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[at..end].copy_from_slice(bytes);
}
