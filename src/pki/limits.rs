//! How much untrusted input is read.

/// The most that is read of untrusted input.
///
/// ```
/// use cert_lifecycle::pki::Limits;
/// let limits = Limits::default().with_pem_bytes(16 * 1024).with_names(100);
/// assert_eq!(limits.names, 100);
/// assert_eq!(limits.chain_certificates, Limits::default().chain_certificates);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a text with PEM blocks: 65 536.
    pub pem_bytes: usize,
    /// Bytes of one DER structure: 32 768.
    pub der_bytes: usize,
    /// PEM blocks in a text, of whatever kind: 16.
    pub pem_blocks: usize,
    /// Certificates in a bundle, the leaf and repeated ones included: 10.
    pub chain_certificates: usize,
    /// Common names and subject alternative names together: 250.
    pub names: usize,
    /// Extensions of a request or a certificate: 64.
    pub extensions: usize,
    /// Bits of an RSA modulus that is examined for weaknesses: 8192. A longer one stays unexamined.
    pub rsa_bits: u32,
    /// Rounds of Fermat's method on an RSA modulus: 128. The Baseline Requirements ask for 100.
    pub fermat_rounds: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pem_bytes: 65_536,
            der_bytes: 32_768,
            pem_blocks: 16,
            chain_certificates: 10,
            names: 250,
            extensions: 64,
            rsa_bits: 8_192,
            fermat_rounds: 128,
        }
    }
}

impl Limits {
    /// Sets [`pem_bytes`](Self::pem_bytes).
    #[must_use]
    pub const fn with_pem_bytes(mut self, bytes: usize) -> Self {
        self.pem_bytes = bytes;
        self
    }

    /// Sets [`der_bytes`](Self::der_bytes).
    #[must_use]
    pub const fn with_der_bytes(mut self, bytes: usize) -> Self {
        self.der_bytes = bytes;
        self
    }

    /// Sets [`pem_blocks`](Self::pem_blocks).
    #[must_use]
    pub const fn with_pem_blocks(mut self, blocks: usize) -> Self {
        self.pem_blocks = blocks;
        self
    }

    /// Sets [`chain_certificates`](Self::chain_certificates).
    #[must_use]
    pub const fn with_chain_certificates(mut self, certificates: usize) -> Self {
        self.chain_certificates = certificates;
        self
    }

    /// Sets [`names`](Self::names).
    #[must_use]
    pub const fn with_names(mut self, names: usize) -> Self {
        self.names = names;
        self
    }

    /// Sets [`extensions`](Self::extensions).
    #[must_use]
    pub const fn with_extensions(mut self, extensions: usize) -> Self {
        self.extensions = extensions;
        self
    }

    /// Sets [`rsa_bits`](Self::rsa_bits).
    #[must_use]
    pub const fn with_rsa_bits(mut self, bits: u32) -> Self {
        self.rsa_bits = bits;
        self
    }

    /// Sets [`fermat_rounds`](Self::fermat_rounds).
    #[must_use]
    pub const fn with_fermat_rounds(mut self, rounds: u16) -> Self {
        self.fermat_rounds = rounds;
        self
    }
}
