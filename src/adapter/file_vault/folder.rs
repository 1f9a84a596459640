//! The directory: reading, publishing and destroying files so that no crash and no race is seen.
//!
//! ```text
//! 123.pem             the key of order 123, or the words that it was destroyed
//! unfinished/123.xxx  what is being written for order 123, or was when a process died
//! ```
//!
//! Key and tombstone have one name. So a file system that knows nothing of the vault keeps its
//! promise: linking a new key to the name fails where a tombstone stands, however late it comes.

use core::fmt;
use std::format;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::string::ToString;
use std::vec::Vec;

use zeroize::Zeroizing;

use super::{FileKeyVault, FileVaultError};
use crate::model::OrderId;

/// What stands in the file of a key that was destroyed.
const TOMBSTONE: &[u8] = b"destroyed\n";
/// Permissions of anybody but the owner.
const OTHERS: u32 = 0o077;
/// The part of a mode that `chmod` sets.
const PERMISSIONS: u32 = 0o7777;
/// How often a file is looked at again that was replaced meanwhile. A key becomes a tombstone once.
const ATTEMPTS: u8 = 3;

/// What a file holds.
pub(super) enum Kept {
    /// The bytes of a key, not looked into.
    Key(Zeroizing<Vec<u8>>),
    /// It was destroyed.
    Destroyed,
}

/// A directory that nobody but the user of this process looks into.
pub(super) struct Folder {
    path: PathBuf,
    unfinished: PathBuf,
}

impl Folder {
    /// Makes the directory if it is missing, and checks it.
    pub(super) fn open(path: &Path) -> Result<Self, FileVaultError> {
        let is_new = create(path)?;
        // The directory stays the same one wherever the process goes.
        let path = fs::canonicalize(path).map_err(FileVaultError::io("finding the directory"))?;
        let owner = private_directory(&path)?.uid();
        if is_new && let Some(parent) = path.parent() {
            sync(parent)?;
        }
        let unfinished = path.join("unfinished");
        let is_new = create(&unfinished)?;
        private_directory(&unfinished)?;
        if is_new {
            sync(&path)?;
        }
        let folder = Self { path, unfinished };
        folder.probe(owner)?;
        Ok(folder)
    }

    /// Whether files can be made and linked here, by the owner of the directory.
    fn probe(&self, owner: u32) -> Result<(), FileVaultError> {
        let doing = "making and linking a file to try the directory out";
        let (temporary, file) = self.create_new("probe")?;
        let linked = self.path.join(temporary.file_name().unwrap_or_default());
        let outcome = file
            .metadata()
            .and_then(|made| fs::hard_link(&temporary, &linked).map(|()| made.uid()));
        // Either may be missing; an empty file that stays behind means nothing.
        let _ = (fs::remove_file(&temporary), fs::remove_file(&linked));
        let own = outcome.map_err(FileVaultError::io(doing))?;
        if own == owner {
            Ok(())
        } else {
            let path = self.path.clone();
            Err(FileVaultError::DirectoryOwner { path, owner, own })
        }
    }

    fn file(&self, order: OrderId) -> PathBuf {
        self.path.join(format!("{order}.pem"))
    }

    /// What is kept for an order.
    pub(super) fn read(&self, order: OrderId) -> Result<Option<Kept>, FileVaultError> {
        let path = self.file(order);
        let doing = "opening the key file";
        for _ in 0..ATTEMPTS {
            let Some(seen) = found(fs::symlink_metadata(&path), doing)? else {
                return Ok(None);
            };
            if !seen.is_file() {
                break;
            }
            let Some(file) = found(File::open(&path), doing)? else {
                continue;
            };
            let opened = file.metadata().map_err(FileVaultError::io(doing))?;
            // A link that took the file's place after it was looked at leads to another file.
            if (opened.dev(), opened.ino()) == (seen.dev(), seen.ino()) {
                return contents(order, &file, &opened).map(Some);
            }
        }
        Err(FileVaultError::NotAFile { order })
    }

    /// Puts a key in, unless something stands in its place: then nothing is changed.
    ///
    /// When it returns, what stands there is durable, whoever put it there.
    pub(super) fn publish(&self, order: OrderId, pem: &[u8]) -> Result<(), FileVaultError> {
        let temporary = self.write(order, pem)?;
        let linked = fs::hard_link(&temporary, self.file(order));
        // What stays behind goes with the key, when that is destroyed.
        let _ = fs::remove_file(&temporary);
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // The order's key was destroyed meanwhile, and with it what was unfinished.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(FileVaultError::io("publishing the key file")(error)),
        }
        self.sync()
    }

    /// Puts a tombstone in the key's place, and removes what was left unfinished for the order:
    /// a process that died between linking and removing left a second name of the key.
    pub(super) fn destroy(&self, order: OrderId) -> Result<(), FileVaultError> {
        let temporary = self.write(order, TOMBSTONE)?;
        if let Err(error) = fs::rename(&temporary, self.file(order)) {
            // Another call was faster: it removed what this one had written.
            let is_done = error.kind() == io::ErrorKind::NotFound
                && matches!(self.read(order), Ok(Some(Kept::Destroyed)));
            if !is_done {
                let _ = fs::remove_file(&temporary);
                return Err(FileVaultError::io("destroying the key file")(error));
            }
        }
        self.sync()?;
        let doing = "removing unfinished files";
        let prefix = format!("{order}.");
        for entry in fs::read_dir(&self.unfinished).map_err(FileVaultError::io(doing))? {
            let name = entry.map_err(FileVaultError::io(doing))?.file_name();
            if name.to_str().is_some_and(|name| name.starts_with(&prefix)) {
                found(fs::remove_file(self.unfinished.join(name)), doing)?;
            }
        }
        sync(&self.unfinished)
    }

    /// Makes the names in the directory durable.
    pub(super) fn sync(&self) -> Result<(), FileVaultError> {
        sync(&self.path)
    }

    /// Writes a file beside the others that nobody reads, durably.
    fn write(&self, order: OrderId, bytes: &[u8]) -> Result<PathBuf, FileVaultError> {
        let (temporary, mut file) = self.create_new(&order.to_string())?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        written.map_err(|error| {
            let _ = fs::remove_file(&temporary);
            FileVaultError::io("writing a key file")(error)
        })?;
        Ok(temporary)
    }

    /// A new file under a name that no other process or thread takes.
    fn create_new(&self, prefix: &str) -> Result<(PathBuf, File), FileVaultError> {
        let doing = "creating a file";
        let mut random = [0; 8];
        aws_lc_rs::rand::fill(&mut random)
            .map_err(|_| FileVaultError::io(doing)(io::ErrorKind::Other.into()))?;
        let name = format!("{prefix}.{:016x}", u64::from_be_bytes(random));
        let path = self.unfinished.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(FileVaultError::io(doing))?;
        Ok((path, file))
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.path, f)
    }
}

/// The bytes of an open file that is private and of bearable length.
fn contents(order: OrderId, file: &File, opened: &Metadata) -> Result<Kept, FileVaultError> {
    if opened.mode() & OTHERS != 0 {
        let mode = opened.mode() & PERMISSIONS;
        return Err(FileVaultError::FileMode { order, mode });
    }
    let bytes = opened.len();
    if bytes > FileKeyVault::FILE_LIMIT {
        return Err(FileVaultError::TooLong { order, bytes });
    }
    // Twice the room: a vector that grew would leave a copy of the key behind, and so would the
    // reader's look for the end in a full one.
    let room = usize::try_from(bytes.saturating_mul(2)).unwrap_or_default();
    let mut kept = Zeroizing::new(Vec::with_capacity(room.saturating_add(64)));
    file.take(bytes)
        .read_to_end(&mut kept)
        .map_err(FileVaultError::io("reading the key file"))?;
    match kept.as_slice() {
        [] => Err(FileVaultError::Empty { order }),
        TOMBSTONE => Ok(Kept::Destroyed),
        _ => Ok(Kept::Key(kept)),
    }
}

/// Makes a private directory; `false` if there is something already.
fn create(path: &Path) -> Result<bool, FileVaultError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(FileVaultError::io("making the directory")(error)),
    }
}

fn private_directory(path: &Path) -> Result<Metadata, FileVaultError> {
    let found =
        fs::symlink_metadata(path).map_err(FileVaultError::io("looking at the directory"))?;
    let path = path.to_path_buf();
    if !found.is_dir() {
        return Err(FileVaultError::NotADirectory(path));
    }
    if found.mode() & OTHERS != 0 {
        let mode = found.mode() & PERMISSIONS;
        return Err(FileVaultError::DirectoryMode { path, mode });
    }
    Ok(found)
}

fn sync(directory: &Path) -> Result<(), FileVaultError> {
    File::open(directory)
        .and_then(|open| open.sync_all())
        .map_err(FileVaultError::io("making the directory durable"))
}

/// Nothing where there is no such file.
fn found<T>(outcome: io::Result<T>, doing: &'static str) -> Result<Option<T>, FileVaultError> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileVaultError::io(doing)(error)),
    }
}
