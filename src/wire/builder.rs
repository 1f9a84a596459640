//! The settings that a wire is built with.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::rates::Counts;
use super::transport::Spawn;
use super::{
    AccessKeys, Limits, MemoryNonces, Nonces, Perform, Rates, RequestIds, Scheme, USUAL_SKEW, Wire,
};
use crate::port::{BoxFuture, Clock};

/// What all clones of a wire share.
pub(super) struct Inside {
    pub(super) desk: Arc<dyn Perform>,
    pub(super) keys: Arc<dyn AccessKeys>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn RequestIds>,
    pub(super) nonces: Arc<dyn Nonces>,
    pub(super) settings: Settings,
    pub(super) counts: Counts,
    pub(super) spawn: Option<Spawn>,
}

pub(super) struct Settings {
    pub(super) skew: u32,
    pub(super) limits: Limits,
    pub(super) rates: Option<Rates>,
    pub(super) schemes: Vec<Scheme>,
}

/// Builds a [`Wire`] with settings of one's own; see [`Wire::builder`].
#[must_use]
pub struct Builder(Inside);

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").finish_non_exhaustive()
    }
}

impl Builder {
    pub(super) fn new(
        desk: Arc<dyn Perform>,
        keys: Arc<dyn AccessKeys>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn RequestIds>,
    ) -> Self {
        Self(Inside {
            desk,
            keys,
            clock,
            ids,
            nonces: Arc::new(MemoryNonces::default()),
            settings: Settings {
                skew: USUAL_SKEW,
                limits: Limits::USUAL,
                rates: None,
                schemes: Scheme::ALL.into(),
            },
            counts: Counts::new(),
            spawn: None,
        })
    }

    /// With nonces kept elsewhere; otherwise they are kept in memory ([`MemoryNonces::USUAL`]).
    pub fn with_nonces(mut self, nonces: Arc<dyn Nonces>) -> Self {
        self.0.nonces = nonces;
        self
    }

    /// With another number of seconds by which dates may differ; otherwise [`USUAL_SKEW`].
    pub const fn with_skew(mut self, seconds: u32) -> Self {
        self.0.settings.skew = seconds;
        self
    }

    /// With other limits; otherwise [`Limits::USUAL`].
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.0.settings.limits = limits;
        self
    }

    /// With rates, by the same clock as dates; otherwise there are none. They are counted in this
    /// process.
    pub fn with_rates(mut self, rates: Rates) -> Self {
        self.0.settings.rates = Some(rates);
        self
    }

    /// Without requests that are signed in a certain way: they are answered with
    /// `UnsupportedSignatureMethod`. What faces the open network does well without
    /// [`Scheme::HmacSha1`].
    pub fn without_scheme(mut self, scheme: Scheme) -> Self {
        self.0.settings.schemes.retain(|other| *other != scheme);
        self
    }

    /// With an executor for the [`tower_service::Service`]: each request is carried out in a task of
    /// its own, so that who goes away before the answer leaves nothing half done, and a panic becomes
    /// an answer (500). Without one the caller of the service has to see to both.
    ///
    /// ```
    /// use cert_lifecycle::wire::{Builder, Wire};
    /// fn on_tokio(builder: Builder) -> Wire {
    ///     builder.spawning(|work| { tokio::spawn(work); }).build()
    /// }
    /// # let _ = on_tokio;
    /// ```
    pub fn spawning(
        mut self,
        spawn: impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static,
    ) -> Self {
        self.0.spawn = Some(Arc::new(spawn));
        self
    }

    /// The wire.
    #[must_use]
    pub fn build(self) -> Wire {
        Wire(Arc::new(self.0))
    }
}
