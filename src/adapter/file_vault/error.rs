//! What can be wrong with a directory of keys.

use std::io;
use std::path::PathBuf;
use std::string::ToString;

use super::FileKeyVault;
use crate::model::OrderId;
use crate::port::KeyVaultError;

/// Why a directory or a file of keys is not used. Nothing of a key is in it.
///
/// ```
/// use cert_lifecycle::adapter::FileKeyVault;
/// use cert_lifecycle::adapter::file_vault::FileVaultError;
/// let refused = FileKeyVault::open("Cargo.toml");
/// assert!(matches!(refused, Err(FileVaultError::NotADirectory(_))));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileVaultError {
    /// Something else than a directory.
    #[error("{} is not a directory: give the vault one of its own", .0.display())]
    NotADirectory(PathBuf),
    /// Others than the owner may look into the directory, or change it.
    #[error(
        "the directory {} has mode {mode:04o}, so its keys are not private: \
         make it 0700 (chmod 700), and make new keys if others may have read them",
        path.display()
    )]
    DirectoryMode {
        /// The directory.
        path: PathBuf,
        /// Its permissions, as `chmod` takes them.
        mode: u32,
    },
    /// The directory belongs to somebody else than the user that this process runs as.
    #[error(
        "the directory {} belongs to the user with id {owner}, this process runs as {own}: \
         give the directory to that user (chown), or run as its owner",
        path.display()
    )]
    DirectoryOwner {
        /// The directory.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// As whom files are made here.
        own: u32,
    },
    /// Others than the owner may read the file, or change it.
    #[error(
        "its file has mode {mode:04o}, so the key is not private: make it 0600 (chmod 600) if \
         nobody can have read it, or else revoke the certificate and destroy the key"
    )]
    FileMode {
        /// The order of the key.
        order: OrderId,
        /// Its permissions, as `chmod` takes them.
        mode: u32,
    },
    /// A symbolic link, a directory or a device stands where the key should.
    #[error("in place of its file stands something else, such as a symbolic link")]
    NotAFile {
        /// The order of the key.
        order: OrderId,
    },
    /// The file has no contents: restore it, or destroy the key.
    #[error("its file is empty: restore it, or destroy the key")]
    Empty {
        /// The order of the key.
        order: OrderId,
    },
    /// The file is longer than any key.
    #[error(
        "its file has {bytes} bytes, at most {} are read: restore it, or destroy the key",
        FileKeyVault::FILE_LIMIT
    )]
    TooLong {
        /// The order of the key.
        order: OrderId,
        /// Bytes found.
        bytes: u64,
    },
    /// The file is not what was written: no private key in PKCS #8, or one that this vault does not
    /// make.
    #[error("its file holds no private key of this vault: restore it, or destroy the key")]
    Damaged {
        /// The order of the key.
        order: OrderId,
    },
    /// The system refused or failed. The same call may be made again.
    #[error("{doing}: {kind}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        kind: io::ErrorKind,
    },
}

impl FileVaultError {
    /// Whether the same call may succeed later, with nothing put right.
    #[must_use]
    pub const fn retry_helps(&self) -> bool {
        match self {
            Self::Io { .. } => true,
            Self::NotADirectory(_)
            | Self::DirectoryMode { .. }
            | Self::DirectoryOwner { .. }
            | Self::FileMode { .. }
            | Self::NotAFile { .. }
            | Self::Empty { .. }
            | Self::TooLong { .. }
            | Self::Damaged { .. } => false,
        }
    }

    /// An error of the system, with what was being done.
    pub(super) fn io(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| {
            let kind = error.kind();
            Self::Io { doing, kind }
        }
    }

    /// What the port says of it.
    pub(super) fn at_port(&self, order: OrderId) -> KeyVaultError {
        let reason = self.to_string();
        if self.retry_helps() {
            KeyVaultError::unavailable(&reason)
        } else {
            KeyVaultError::unusable(order, &reason)
        }
    }
}
