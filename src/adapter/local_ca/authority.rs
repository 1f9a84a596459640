//! What a CA decides about one order, wherever orders are kept.

use core::fmt::Write;
use std::format;
use std::string::String;

use zeroize::Zeroizing;

use super::config::{LocalCaConfig, ReviewPolicy};
use super::error::LocalCaError;
use super::hierarchy::{Hierarchy, last_second};
use super::order::{Asked, Issued, Record, Revoked, Revoking, Stage};
use super::{leaf, request};
use crate::lifecycle::Term;
use crate::model::challenge::RecordType;
use crate::model::{
    Challenge, Note, RevocationCause, Timestamp, ValidationClass, ValidationMethod, Validity,
};
use crate::port::{CaError, IssuanceRequest, RevocationOrder};

/// The settings, the keys, and what makes challenges unforeseeable.
pub(super) struct Authority {
    pub(super) config: LocalCaConfig,
    pub(super) hierarchy: Hierarchy,
    pub(super) secret: Zeroizing<[u8; 32]>,
}

impl Authority {
    pub(super) fn found(config: LocalCaConfig, now: Timestamp) -> Result<Self, LocalCaError> {
        let secret = if let Some(seed) = config.challenge_seed {
            Zeroizing::new(seed)
        } else {
            let mut random = Zeroizing::new([0; 32]);
            aws_lc_rs::rand::fill(random.as_mut_slice()).map_err(|_| LocalCaError::Cryptography)?;
            random
        };
        Ok(Self {
            hierarchy: Hierarchy::found(&config, now)?,
            config,
            secret,
        })
    }

    /// The order of an application that is acceptable.
    pub(super) fn accept(&self, request: IssuanceRequest) -> Result<Record, CaError> {
        if request.term.last_second(request.at) < request.at {
            return Err(CaError::refused(
                "the requested validity ends before it begins",
            ));
        }
        request::read(&request.csr_der).map_err(CaError::refused)?;
        let challenge = self.challenge(&request)?;
        Ok(Record {
            request,
            challenge,
            stage: Stage::AwaitingProof,
        })
    }

    /// The proof that an order asks for: at its first name, without the wildcard.
    fn challenge(&self, request: &IssuanceRequest) -> Result<Challenge, CaError> {
        let first = request
            .names
            .first()
            .ok_or_else(|| CaError::refused("the application names no domain"))?;
        let base = first.base();
        let secret = self.secret.as_slice();
        let token = hmac_sha256::HMAC::mac(format!("{} {base}", request.order), secret);
        let token = hex(&token);
        let challenge = match request.method {
            ValidationMethod::Dns => {
                let record = format!("_dnsauth.{base}");
                match self.config.record_type {
                    RecordType::Txt => Challenge::dns(&record, RecordType::Txt, &token),
                    RecordType::Cname => {
                        // Half of the digest: a label holds 63 characters.
                        let label: String = token.chars().take(32).collect();
                        let target = format!("{label}.local-ca.test");
                        Challenge::dns(&record, RecordType::Cname, &target)
                    }
                }
            }
            ValidationMethod::File => {
                Challenge::file(base, "/.well-known/pki-validation/fileauth.txt", &token)
            }
        };
        challenge.map_err(|_| CaError::refused("the domain is too long to be proved"))
    }

    /// Leads an order on by one step, if it can go on by itself; whether it did.
    pub(super) fn advance(
        &self,
        record: &mut Record,
        is_proven: bool,
        now: Timestamp,
    ) -> Result<bool, CaError> {
        let next = match &record.stage {
            Stage::AwaitingProof if is_proven => Stage::UnderReview { approved: false },
            Stage::UnderReview { approved }
                if *approved || self.config.review == ReviewPolicy::Auto =>
            {
                self.issue(&record.request, now)?
            }
            Stage::Cancelled { issue_anyway: true } => self.issue(&record.request, now)?,
            Stage::AwaitingProof
            | Stage::UnderReview { .. }
            | Stage::Cancelled {
                issue_anyway: false,
            }
            | Stage::Rejected(_)
            | Stage::Issued(_) => return Ok(false),
        };
        record.stage = next;
        Ok(true)
    }

    /// Signs the certificate of an order, or rejects the order if none can be valid.
    fn issue(&self, request: &IssuanceRequest, now: Timestamp) -> Result<Stage, CaError> {
        let validity = match self.validity(request.term, now) {
            Ok(validity) => validity,
            Err(reason) => {
                let reason = Note::new(reason).map_err(|_| CaError::Unavailable(None))?;
                return Ok(Stage::Rejected(reason));
            }
        };
        // It was read before it was accepted.
        let requested = request::read(&request.csr_der).map_err(CaError::unavailable)?;
        let (pem_chain, serial) = leaf::issue(
            &self.hierarchy,
            &requested,
            &request.names,
            request.class,
            validity,
        )
        .map_err(|error| CaError::unavailable(&format!("{error}")))?;
        Ok(Stage::Issued(Issued {
            pem_chain,
            serial,
            revoking: None,
        }))
    }

    /// From when to when a certificate issued now is valid: as long as asked for, at most as long
    /// as the ceiling of this instant allows, never outside the intermediate.
    fn validity(&self, term: Term, now: Timestamp) -> Result<Validity, &'static str> {
        if now < self.hierarchy.not_before || now > self.hierarchy.not_after {
            return Err("the issuing certificate is not valid at this time");
        }
        let backdate = i64::from(self.config.backdate);
        let not_before = now
            .saturating_add(backdate.saturating_neg())
            .max(self.hierarchy.not_before);
        let ceiling = last_second(not_before, (self.config.ceiling)(now));
        let not_after = term
            .last_second(not_before)
            .min(ceiling)
            .min(self.hierarchy.not_after);
        if not_after < now {
            return Err("the certificate would have expired before it was issued");
        }
        Validity::new(not_before, not_after)
            .map_err(|_| "the certificate would have expired before it was issued")
    }

    /// Begins to revoke an order's certificate, as its holder asks.
    pub(super) fn ask_revocation(
        &self,
        record: &mut Record,
        request: &RevocationOrder,
    ) -> Result<(), CaError> {
        let to_confirm = self.config.confirmation_mail
            && match record.request.class {
                ValidationClass::Dv => false,
                ValidationClass::Ov | ValidationClass::Ev => true,
            };
        let issued = record
            .issued_mut()
            .ok_or_else(|| CaError::refused("the order has no certificate"))?;
        if issued.serial != request.serial {
            return Err(CaError::refused(
                "the order's certificate has another serial number",
            ));
        }
        match issued.revoking {
            // What is under way or done is not begun again.
            Some(Revoking::ToConfirm(_) | Revoking::Pending(_) | Revoking::Revoked(_)) => {}
            Some(Revoking::Refused(..)) | None => {
                let asked = Asked {
                    at: request.at,
                    reason: request.reason,
                };
                issued.revoking = Some(if to_confirm {
                    Revoking::ToConfirm(asked)
                } else {
                    self.reviewed(asked, asked.at)
                });
            }
        }
        Ok(())
    }

    /// Answers the confirmation mail of a revocation.
    pub(super) fn confirm_revocation(
        &self,
        record: &mut Record,
        at: Timestamp,
    ) -> Result<(), LocalCaError> {
        record.on_certificate("waiting for a confirmation", |issued| {
            let Some(Revoking::ToConfirm(asked)) = issued.revoking else {
                return None;
            };
            Some(self.reviewed(asked, at))
        })
    }

    /// A revocation that its holder has asked for and, where needed, confirmed.
    fn reviewed(&self, asked: Asked, at: Timestamp) -> Revoking {
        match self.config.revocation {
            ReviewPolicy::Auto => Revoking::Revoked(Revoked {
                at,
                reason: asked.reason,
                cause: RevocationCause::ByHolder,
            }),
            ReviewPolicy::Manual => Revoking::Pending(asked),
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
