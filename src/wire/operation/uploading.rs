//! Putting a certificate from elsewhere under management.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::certificate::{caller, with_token};
use super::orders::text;
use super::row::number;
use super::{Desk, Done};
use crate::lifecycle::Why;
use crate::model::{AccountId, Note};
use crate::pki::{ChainError, Limits, issued_certificate, matches_key, parse_private_key};
use crate::port::KeyVaultError;
use crate::service::ServiceError;
use crate::wire::{Fault, Parameters};

impl Desk {
    /// `UploadUserCertificate`: a certificate with its chain and its key, each in PEM, under a name of
    /// its own. What is wrong with them is told by the parameter that it came in, for the codes of
    /// applications say nothing of uploads.
    pub(super) async fn upload(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let caller = caller(account, parameters)?;
        let name = Note::new(parameters.required("Name")?);
        let name = name.map_err(|error| Fault::invalid("Name", &error.to_string()))?;
        // Which of the texts is wrong is told, and nothing that stands in them.
        let pem = parameters.required("Cert")?.as_bytes();
        let certificate = issued_certificate(pem, &Limits::default())
            .map_err(|error| Fault::invalid("Cert", why_no_chain(&error)))?;
        let pem = parameters.required("Key")?.as_bytes();
        let key = parse_private_key(pem, &Limits::default())
            .map_err(|error| Fault::invalid("Key", &error.to_string()))?;
        if matches_key(&certificate, &key).is_err() {
            return Err(Fault::invalid(
                "Key",
                "it does not belong to the certificate",
            ));
        }
        let product =
            (self.uploads_as).ok_or_else(|| Fault::internal("No product is set for uploads."))?;
        let uploaded = (self.service)
            .upload_with_key(caller, product, name, Arc::new(certificate), &key)
            .await;
        let order = match uploaded {
            Ok((order, _)) => order,
            Err(error) => return Err(refused(&error)),
        };
        let sight = match self.found(account, order).await {
            Ok(sight) => sight,
            // A repeat under its token.
            Err(fault) if fault.status() == 404 => return Err(deleted()),
            Err(fault) => return Err(fault),
        };
        Ok(Done {
            fields: Vec::from([
                ("CertId", number(order)),
                ("ResourceId", text(sight.instance.id())),
            ]),
            ..Done::about(order)
        })
    }
}

/// What is wrong with a chain, without a word of what stands in it.
pub(crate) const fn why_no_chain(error: &ChainError) -> &'static str {
    match error {
        ChainError::Parse(_) => "it can't be read as one certificate with its chain",
        ChainError::Certificate(_) => "it names no domain",
        ChainError::Name(_) => "it has a name that is no domain name",
        ChainError::NoLeaf
        | ChainError::SeveralLeaves(_)
        | ChainError::Unrelated(_)
        | ChainError::NotAnAuthority(_) => "its certificates do not make one chain",
        ChainError::Signature(_) | ChainError::SignatureAlgorithm(_) => {
            "a signature of its chain does not verify, or is by an algorithm that is not taken"
        }
    }
}

fn deleted() -> Fault {
    let why = "the certificate that was uploaded under it has been deleted";
    Fault::invalid("ClientToken", why)
}

fn refused(error: &ServiceError) -> Fault {
    let why = match error {
        ServiceError::Refused(refusal) => Some(refusal.why()),
        ServiceError::Vault(KeyVaultError::NotTaken) => {
            return Fault::invalid("Key", "keys of this kind are not kept here");
        }
        ServiceError::Vault(KeyVaultError::Destroyed(_)) => return deleted(),
        ServiceError::Store(_)
        | ServiceError::Ca(_)
        | ServiceError::Vault(_)
        | ServiceError::Delivery(_)
        | ServiceError::Rules(_)
        | ServiceError::Certificate { .. }
        | ServiceError::ClosedByCa { .. }
        | ServiceError::IdTaken(_)
        | ServiceError::KeyReused(_)
        | ServiceError::NoAnswer { .. }
        | ServiceError::NeverEnded { .. }
        | ServiceError::Contended => None,
    };
    match why.filter(|why| matches!(why, Why::UploadName | Why::NameTaken)) {
        Some(why) => Fault::invalid("Name", &why.to_string()),
        None => with_token(error),
    }
}
