//! A key vault in a directory.

mod error;
mod folder;

use core::fmt;
use std::boxed::Box;
use std::path::Path;
use std::sync::Arc;

pub use error::FileVaultError;

use super::kept_key;
use super::signing::SigningKey;
use crate::model::{DomainName, KeyKind, OrderId};
use crate::port::{BoxFuture, ExportedKey, KeyFacts, KeyVault, KeyVaultError};
use folder::{Folder, Kept};

/// One key for each order, as PKCS #8 PEM in a file of a directory of its own, on Unix: RSA of 2048,
/// 3072 and 4096 bits, P-256, P-384 and P-521.
///
/// **Private.** The directory has mode 0700 and belongs to the user of the process, files have mode
/// 0600; both are checked, and what others may read is refused until somebody has looked. A symbolic
/// link is never followed to a key. The keys are not encrypted: encrypt the disk, and its backups,
/// or keep sealed rows (feature `envelope`).
///
/// **Durable.** A key is written beside its place, made durable, and linked into it, so that a crash
/// leaves it whole or not there. Two processes over one directory agree on one key. The file system
/// must have hard links; opening the vault tries that out.
///
/// **Destroyed** keys leave a few words in their place, so that a late repeat makes no new one, and
/// what a crash left unfinished goes with them. The disk may hold the old bytes until it uses their
/// blocks again; nothing in a file system can promise otherwise.
///
/// A method does its work when its future is polled, on that thread: files are small, and only the
/// making of an RSA key takes up to a few seconds. A runtime that minds gives it a thread that may
/// block.
///
/// ```
/// use cert_lifecycle::adapter::FileKeyVault;
/// use cert_lifecycle::model::{Curve, KeyKind, OrderId};
/// use cert_lifecycle::port::KeyVault;
/// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # fn wait<T>(future: impl Future<Output = T>) -> T {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(value) => value,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// # let directory = std::env::temp_dir().join(format!("file-vault-{}", std::process::id()));
/// let vault = FileKeyVault::open(&directory)?;
/// let order = OrderId::new(1)?;
/// let made = wait(vault.make(order, KeyKind::Ec(Curve::P256)))?;
/// // After a restart:
/// let vault = FileKeyVault::open(&directory)?;
/// assert_eq!(vault.check(order)?, Some(made));
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileKeyVault {
    folder: Folder,
}

impl FileKeyVault {
    /// The longest file that is read as a key: 16,384 bytes. An RSA key of 4096 bits has 3,300.
    pub const FILE_LIMIT: u64 = 16_384;

    /// Opens a directory, which is made with mode 0700 if it is missing; what it lies in must be
    /// there, so that a disk that is not mounted is noticed.
    ///
    /// Only the vault should put files there. A path that is a symbolic link is followed once, now.
    ///
    /// # Errors
    /// [`FileVaultError::NotADirectory`], [`FileVaultError::DirectoryMode`],
    /// [`FileVaultError::DirectoryOwner`], [`FileVaultError::Io`].
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, FileVaultError> {
        let folder = Folder::open(directory.as_ref())?;
        Ok(Self { folder })
    }

    /// The facts of the key that is kept for an order, read anew; `None` if there is none, or it was
    /// destroyed. For operators who want to know what is wrong with a file.
    ///
    /// # Errors
    /// [`FileVaultError`], but not about the directory.
    pub fn check(&self, order: OrderId) -> Result<Option<KeyFacts>, FileVaultError> {
        match self.read(order)? {
            Some(Slot::Held(key)) => Ok(Some(kept_key::facts(&key))),
            Some(Slot::Destroyed) | None => Ok(None),
        }
    }

    fn read(&self, order: OrderId) -> Result<Option<Slot>, FileVaultError> {
        match self.folder.read(order)? {
            Some(Kept::Key(pem)) => match SigningKey::from_pkcs8(&pem) {
                Some(key) => Ok(Some(Slot::Held(key))),
                None => Err(FileVaultError::Damaged { order }),
            },
            Some(Kept::Destroyed) => Ok(Some(Slot::Destroyed)),
            None => Ok(None),
        }
    }

    fn make_now(&self, order: OrderId, kind: KeyKind) -> Result<KeyFacts, KeyVaultError> {
        let at_port = |error: FileVaultError| error.at_port(order);
        if self.folder.read(order).map_err(at_port)?.is_some() {
            // Whoever put it there may not have come to this yet, and its request goes out now.
            self.folder.sync().map_err(at_port)?;
        } else {
            let pem = kept_key::export(&kept_key::make(kind)?)?;
            self.folder
                .publish(order, pem.expose().as_bytes())
                .map_err(at_port)?;
        }
        // Of two threads or processes, one was faster: what stands there counts.
        match self.read(order).map_err(at_port)? {
            Some(Slot::Held(key)) => kept_key::agree(order, &key, kind),
            Some(Slot::Destroyed) => Err(KeyVaultError::Destroyed(order)),
            None => Err(KeyVaultError::unavailable("the key file was taken away")),
        }
    }

    fn put_now(&self, order: OrderId, der: &[u8]) -> Result<KeyFacts, KeyVaultError> {
        let at_port = |error: FileVaultError| error.at_port(order);
        let key = kept_key::read(der)?;
        if self.folder.read(order).map_err(at_port)?.is_some() {
            self.folder.sync().map_err(at_port)?;
        } else {
            let pem = kept_key::export(&key)?;
            self.folder
                .publish(order, pem.expose().as_bytes())
                .map_err(at_port)?;
        }
        match self.read(order).map_err(at_port)? {
            Some(Slot::Held(there)) => kept_key::same(order, &there, &key),
            Some(Slot::Destroyed) => Err(KeyVaultError::Destroyed(order)),
            None => Err(KeyVaultError::unavailable("the key file was taken away")),
        }
    }

    fn key(&self, order: OrderId) -> Result<SigningKey, KeyVaultError> {
        match self.read(order).map_err(|error| error.at_port(order))? {
            Some(Slot::Held(key)) => Ok(key),
            Some(Slot::Destroyed) | None => Err(KeyVaultError::NotFound(order)),
        }
    }
}

enum Slot {
    Held(SigningKey),
    Destroyed,
}

impl KeyVault for FileKeyVault {
    fn make(
        &self,
        order: OrderId,
        kind: KeyKind,
    ) -> BoxFuture<'_, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async move { self.make_now(order, kind) })
    }

    fn csr<'a>(
        &'a self,
        order: OrderId,
        names: &'a [DomainName],
    ) -> BoxFuture<'a, Result<Arc<[u8]>, KeyVaultError>> {
        Box::pin(async move { kept_key::request(&self.key(order)?, names) })
    }

    fn export(&self, order: OrderId) -> BoxFuture<'_, Result<ExportedKey, KeyVaultError>> {
        Box::pin(async move { kept_key::export(&self.key(order)?) })
    }

    fn takes(&self, kind: KeyKind) -> bool {
        SigningKey::knows(kind)
    }

    fn put<'a>(
        &'a self,
        order: OrderId,
        der: &'a [u8],
    ) -> BoxFuture<'a, Result<KeyFacts, KeyVaultError>> {
        Box::pin(async move { self.put_now(order, der) })
    }

    fn destroy(&self, order: OrderId) -> BoxFuture<'_, Result<(), KeyVaultError>> {
        Box::pin(async move {
            self.folder
                .destroy(order)
                .map_err(|error| error.at_port(order))
        })
    }
}

impl fmt::Debug for FileKeyVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileKeyVault").field(&self.folder).finish()
    }
}
