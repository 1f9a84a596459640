//! What each operation takes and can answer: every parameter of the SDK's model files.

use super::Operation;
use crate::rulebook::value::words::words;
use crate::wire::{Fault, Parameters};
use core::fmt;

words! {
    /// What a parameter holds.
    #[non_exhaustive]
    ParameterKind {
        /// A text.
        Text = "text",
        /// A text in PEM.
        Pem = "PEM",
        /// A whole number; ids have 64 bits.
        Whole = "whole number",
        /// `true` or `false`, in any case.
        Flag = "true or false",
        /// Several values, such as `Tags.1.Key`.
        List = "list",
    }
}

words! {
    /// What a second call with the same parameters does, as where the answer to the first was lost.
    #[non_exhaustive]
    Repeat {
        /// It only looks.
        Looks = "changes nothing",
        /// What it asks for happens once: a second call is refused, or finds it done.
        Once = "happens once",
        /// With `ClientToken` it happens once and is answered as before; without it the second is a
        /// call of its own.
        OnceUnderToken = "happens once under one ClientToken",
        /// Each call is one of its own and costs a unit: whoever lost an answer lists the orders first.
        Again = "happens again",
    }
}

/// What becomes of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Taken {
    /// It is needed.
    Needed,
    /// It is needed, unless one of these is sent.
    NeededUnless(&'static [&'static str]),
    /// It is needed for an account's first application; after that, what is not sent is as it was in the
    /// newest one.
    NeededAtFirst,
    /// It is honoured if it is sent.
    Honoured,
    /// It is refused by name, for a reason.
    Refused(&'static str),
    /// It is refused by name, unless all the parameters named first are sent: then the API ignores it.
    RefusedUnless(&'static [&'static str], &'static str),
}

/// A parameter of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name; of a list, the part before the first dot.
    pub name: &'static str,
    /// What it holds.
    pub kind: ParameterKind,
    /// What becomes of it.
    pub taken: Taken,
}

const fn needed(name: &'static str, kind: ParameterKind) -> Parameter {
    Parameter {
        name,
        kind,
        taken: Taken::Needed,
    }
}

const fn needed_at_first(name: &'static str) -> Parameter {
    Parameter {
        name,
        kind: ParameterKind::Text,
        taken: Taken::NeededAtFirst,
    }
}

const fn needed_unless(
    name: &'static str,
    kind: ParameterKind,
    others: &'static [&'static str],
) -> Parameter {
    Parameter {
        name,
        kind,
        taken: Taken::NeededUnless(others),
    }
}

const fn honoured(name: &'static str, kind: ParameterKind) -> Parameter {
    Parameter {
        name,
        kind,
        taken: Taken::Honoured,
    }
}

const fn refused(name: &'static str, kind: ParameterKind, why: &'static str) -> Parameter {
    Parameter {
        name,
        kind,
        taken: Taken::Refused(why),
    }
}

/// The second pair of keys of a certificate by the Chinese algorithms. Beside an ordinary one the API
/// ignores it.
const fn chinese(name: &'static str) -> Parameter {
    let why = "certificates by the Chinese algorithms are not kept";
    Parameter {
        name,
        kind: ParameterKind::Pem,
        taken: Taken::RefusedUnless(&["Cert", "Key"], why),
    }
}

const TAGS: Parameter = refused("Tags", ParameterKind::List, "tags are not kept");
const RESOURCE_GROUP: Parameter = refused(
    "ResourceGroupId",
    ParameterKind::Text,
    "there are no resource groups",
);
const ORDER: Parameter = needed("OrderId", ParameterKind::Whole);
const CERTIFICATE: Parameter = needed("CertId", ParameterKind::Whole);
const PRODUCT: Parameter = honoured("ProductCode", ParameterKind::Text);
const CLIENT_TOKEN: Parameter = honoured("ClientToken", ParameterKind::Text);

impl Operation {
    /// What it is in the core.
    #[must_use]
    pub const fn maps_to(self) -> &'static str {
        match self {
            Self::DescribePackageState => "the account's plans of the product, added up",
            Self::CreateCertificateForPackageRequest
            | Self::CreateCertificateRequest
            | Self::CreateCertificateWithCsrRequest => "Submit",
            Self::DescribeCertificateState => {
                "the CA is asked, then the status and what goes with it"
            }
            Self::CancelOrderRequest => "Withdraw",
            Self::DeleteCertificateRequest => "Delete",
            Self::CancelCertificateForPackageRequest => {
                "RequestRevocation, or CancelOrder where nothing was issued"
            }
            Self::RenewCertificateOrderForPackageRequest => {
                "Renew, and Apply with a signing request"
            }
            Self::ListUserCertificateOrder => "the account's instances, each with its status",
            Self::GetUserCertificateDetail => "Collect, and the facts of the certificate",
            Self::UploadUserCertificate => "Upload",
            Self::DeleteUserCertificate => "DeleteCertificate",
            Self::ListTrusteeOrder => "the members of the hosting chain",
            Self::GetCertificatePackageCount => "all plans of the account, added up",
        }
    }

    /// Whether it can change anything of the account's; the others only look.
    ///
    /// ```
    /// use cert_lifecycle::wire::Operation;
    /// assert!(Operation::CancelOrderRequest.changes());
    /// assert!(!Operation::DescribeCertificateState.changes());
    /// ```
    #[must_use]
    pub const fn changes(self) -> bool {
        match self {
            Self::CreateCertificateForPackageRequest
            | Self::CreateCertificateRequest
            | Self::CreateCertificateWithCsrRequest
            | Self::CancelOrderRequest
            | Self::DeleteCertificateRequest
            | Self::CancelCertificateForPackageRequest
            | Self::RenewCertificateOrderForPackageRequest
            | Self::UploadUserCertificate
            | Self::DeleteUserCertificate => true,
            Self::DescribePackageState
            | Self::DescribeCertificateState
            | Self::ListUserCertificateOrder
            | Self::GetUserCertificateDetail
            | Self::ListTrusteeOrder
            | Self::GetCertificatePackageCount => false,
        }
    }

    /// What a second call with the same parameters does.
    ///
    /// ```
    /// use cert_lifecycle::wire::{Operation, Repeat};
    /// assert_eq!(Operation::CreateCertificateRequest.repeat(), Repeat::Again);
    /// ```
    #[must_use]
    pub const fn repeat(self) -> Repeat {
        match self {
            Self::CreateCertificateForPackageRequest
            | Self::CreateCertificateRequest
            | Self::CreateCertificateWithCsrRequest
            | Self::RenewCertificateOrderForPackageRequest => Repeat::Again,
            Self::CancelOrderRequest
            | Self::DeleteCertificateRequest
            | Self::CancelCertificateForPackageRequest => Repeat::Once,
            Self::UploadUserCertificate | Self::DeleteUserCertificate => Repeat::OnceUnderToken,
            Self::DescribePackageState
            | Self::DescribeCertificateState
            | Self::ListUserCertificateOrder
            | Self::GetUserCertificateDetail
            | Self::ListTrusteeOrder
            | Self::GetCertificatePackageCount => Repeat::Looks,
        }
    }

    /// Every parameter that the SDK 3.9.4 has for it, in the order in which it is checked. Others are
    /// ignored, as the API does.
    #[must_use]
    pub const fn parameters(self) -> &'static [Parameter] {
        use ParameterKind::{Flag, Pem, Text, Whole};
        match self {
            Self::DescribePackageState => const { &[PRODUCT] },
            Self::CreateCertificateForPackageRequest => {
                const {
                    &[
                        PRODUCT,
                        needed_unless("Domain", Text, &["Csr"]),
                        needed_unless("Csr", Pem, &["Domain"]),
                        honoured("ValidateType", Text),
                        needed_at_first("Username"),
                        needed_at_first("Phone"),
                        needed_at_first("Email"),
                        honoured("CompanyName", Text),
                        TAGS,
                    ]
                }
            }
            Self::CreateCertificateRequest => {
                const {
                    &[
                        PRODUCT,
                        needed("Domain", Text),
                        needed("ValidateType", Text),
                        needed("Username", Text),
                        needed("Phone", Text),
                        needed("Email", Text),
                        TAGS,
                    ]
                }
            }
            Self::CreateCertificateWithCsrRequest => {
                const {
                    &[
                        PRODUCT,
                        needed("Csr", Pem),
                        needed("ValidateType", Text),
                        needed("Username", Text),
                        needed("Phone", Text),
                        needed("Email", Text),
                        TAGS,
                    ]
                }
            }
            Self::DescribeCertificateState
            | Self::CancelOrderRequest
            | Self::DeleteCertificateRequest
            | Self::CancelCertificateForPackageRequest => const { &[ORDER] },
            Self::RenewCertificateOrderForPackageRequest => {
                const { &[ORDER, honoured("Csr", Pem), TAGS] }
            }
            Self::ListUserCertificateOrder => {
                const {
                    &[
                        honoured("OrderType", Text),
                        honoured("Status", Text),
                        honoured("Keyword", Text),
                        honoured("CurrentPage", Whole),
                        honoured("ShowSize", Whole),
                        RESOURCE_GROUP,
                    ]
                }
            }
            Self::GetUserCertificateDetail => {
                const { &[CERTIFICATE, honoured("CertFilter", Flag)] }
            }
            Self::UploadUserCertificate => {
                const {
                    &[
                        needed("Name", Text),
                        chinese("EncryptCert"),
                        chinese("EncryptPrivateKey"),
                        chinese("SignCert"),
                        chinese("SignPrivateKey"),
                        needed("Cert", Pem),
                        needed("Key", Pem),
                        CLIENT_TOKEN,
                        RESOURCE_GROUP,
                        TAGS,
                    ]
                }
            }
            Self::DeleteUserCertificate => const { &[CERTIFICATE, CLIENT_TOKEN] },
            Self::ListTrusteeOrder => {
                const {
                    &[
                        needed_unless("OrderId", Whole, &["CertificateId"]),
                        needed_unless("CertificateId", Whole, &["OrderId"]),
                        honoured("MaxResults", Whole),
                        honoured("NextToken", Text),
                    ]
                }
            }
            Self::GetCertificatePackageCount => &[],
        }
    }

    /// The codes that it can answer, beside those of any call: `MissingParameter`,
    /// `InvalidParameter`, `UnsupportedParameter`, and `Error` (500).
    #[must_use]
    pub const fn errors(self) -> &'static [&'static str] {
        match self {
            Self::DescribePackageState => &["NotFoundPackage"],
            Self::CreateCertificateForPackageRequest
            | Self::CreateCertificateRequest
            | Self::CreateCertificateWithCsrRequest => &[
                "NotFoundPackage",
                "NotRemainCount",
                "CreateCertificateRequestFailed",
            ],
            Self::DescribeCertificateState | Self::ListTrusteeOrder => &["NotFoundOrder"],
            Self::CancelOrderRequest
            | Self::CancelCertificateForPackageRequest
            | Self::GetUserCertificateDetail => &["NotFoundOrder", "OrderStateError"],
            Self::DeleteCertificateRequest | Self::DeleteUserCertificate => {
                &["NotFoundOrder", "OrderStateError", "DeleteFail"]
            }
            Self::RenewCertificateOrderForPackageRequest => &[
                "NotFoundOrder",
                "OrderStateError",
                "NotFoundPackage",
                "NotRemainCount",
                "CreateCertificateRequestFailed",
            ],
            Self::ListUserCertificateOrder
            | Self::UploadUserCertificate
            | Self::GetCertificatePackageCount => &[],
        }
    }
}

/// Which parameters must be there and are not, or are and must not.
pub(super) fn check(operation: Operation, parameters: &Parameters) -> Result<(), Fault> {
    for parameter in operation.parameters() {
        let sent = || sent_as(parameter, parameters);
        match parameter.taken {
            Taken::Needed => {
                parameters.required(parameter.name)?;
            }
            // The operation itself knows what is there instead.
            Taken::NeededUnless(_) | Taken::NeededAtFirst | Taken::Honoured => {}
            Taken::Refused(why) => {
                if let Some(name) = sent() {
                    return Err(Fault::unsupported(name, why));
                }
            }
            Taken::RefusedUnless(others, why) => {
                let ignored = others.iter().all(|name| parameters.text(name).is_some());
                if let (Some(name), false) = (sent(), ignored) {
                    return Err(Fault::unsupported(name, why));
                }
            }
        }
    }
    Ok(())
}

/// Under which name a parameter was sent, if it was.
fn sent_as<'a>(parameter: &Parameter, parameters: &'a Parameters) -> Option<&'a str> {
    let own = |name: &str| match parameter.kind {
        ParameterKind::List => {
            let rest = name.strip_prefix(parameter.name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }
        ParameterKind::Text | ParameterKind::Pem | ParameterKind::Whole | ParameterKind::Flag => {
            name == parameter.name
        }
    };
    let mut sent = parameters.iter().filter(|(_, value)| !value.is_empty());
    sent.find(|(name, _)| own(name)).map(|(name, _)| name)
}
