//! Telling PEM from DER, and finding the blocks of a text.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use x509_cert::der::pem::Base64Decoder;
use x509_cert::der::{Decode, Encode, Header, SliceReader, Tag};
use zeroize::Zeroizing;

use super::item::Item;
use super::limits::Limits;

/// Why bytes are neither PEM nor DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Nothing, or only white space.
    #[error("the input is empty")]
    Empty,
    /// A text that is too long.
    #[error("the text has {bytes} bytes, at most {limit} are read")]
    TextTooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A DER structure that is too long.
    #[error("the DER has {bytes} bytes, at most {limit} are read")]
    DerTooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A text that is not UTF-8.
    #[error("the input is neither DER nor UTF-8 text: byte {0} does not fit")]
    NotText(usize),
    /// A NUL in the text: a UTF-16 file, or no text at all.
    #[error("the text has a NUL at byte {0}")]
    Nul(usize),
    /// A text without a PEM block.
    #[error("the text holds no PEM block")]
    NoBlock,
    /// A text with too many PEM blocks.
    #[error("the text holds more than {0} PEM blocks")]
    TooManyBlocks(usize),
    /// A block without its last line.
    #[error("a PEM block with {0} has no end line")]
    Unterminated(Item),
    /// A block whose end line has another label.
    #[error("a PEM block begins with {begin} and ends with {end}")]
    LabelMismatch {
        /// What its first line announces.
        begin: Item,
        /// What its last line names.
        end: Item,
    },
    /// A block whose content is no Base64.
    #[error("the PEM block with {0} is not well-formed Base64")]
    Base64(Item),
    /// DER that is not a SEQUENCE of definite length.
    #[error("the DER is not a SEQUENCE with a definite length")]
    NotSequence,
    /// DER that ends early.
    #[error("the DER is cut off: it announces {expected} bytes and has {actual}")]
    Truncated {
        /// The length it announces.
        expected: u64,
        /// The length it has.
        actual: u64,
    },
    /// Bytes behind the DER.
    #[error("{0} bytes follow the DER")]
    TrailingBytes(u64),
}

/// Untrusted bytes, told apart. Without `Debug`, like its blocks: they may hold keys.
pub(super) enum Input<'a> {
    /// One DER structure; its outer length fits.
    Der(&'a [u8]),
    /// At least one PEM block.
    Pem(Vec<Block<'a>>),
}

/// One PEM block.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    pub(super) item: Item,
    base64: &'a str,
}

/// Finds out what the input is.
pub(super) fn read<'a>(input: &'a [u8], limits: &Limits) -> Result<Input<'a>, InputError> {
    if looks_like_der(input) {
        check_der(input, limits)?;
        return Ok(Input::Der(input));
    }
    if input.len() > limits.pem_bytes {
        return Err(InputError::TextTooLong {
            bytes: input.len(),
            limit: limits.pem_bytes,
        });
    }
    let text =
        core::str::from_utf8(input).map_err(|error| InputError::NotText(error.valid_up_to()))?;
    if let Some(at) = text.find('\0') {
        return Err(InputError::Nul(at));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(InputError::Empty);
    }
    blocks(text, limits).map(Input::Pem)
}

/// A SEQUENCE begins with byte 0x30, which is also the digit 0.
///
/// A length of more than 127 bytes begins with a byte that cannot follow a digit in UTF-8; with a
/// shorter one, which no request or certificate has, the armour decides.
fn looks_like_der(input: &[u8]) -> bool {
    match input {
        [0x30, 0x80..=0x8f, ..] => true,
        [0x30, ..] => !input.windows(11).any(|window| window == b"-----BEGIN "),
        _ => false,
    }
}

/// That the bytes are one SEQUENCE, no more and no less.
pub(super) fn check_der(bytes: &[u8], limits: &Limits) -> Result<(), InputError> {
    if bytes.len() > limits.der_bytes {
        return Err(InputError::DerTooLong {
            bytes: bytes.len(),
            limit: limits.der_bytes,
        });
    }
    let mut reader = SliceReader::new(bytes).map_err(|_| InputError::NotSequence)?;
    let header = Header::decode(&mut reader).map_err(|_| InputError::NotSequence)?;
    if header.tag() != Tag::Sequence {
        return Err(InputError::NotSequence);
    }
    let head = header.encoded_len().map_err(|_| InputError::NotSequence)?;
    let expected = u64::from(u32::from(head)).saturating_add(u32::from(header.length()).into());
    let actual = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if actual < expected {
        return Err(InputError::Truncated { expected, actual });
    }
    match actual.saturating_sub(expected) {
        0 => Ok(()),
        trailing => Err(InputError::TrailingBytes(trailing)),
    }
}

fn label<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    line.trim().strip_prefix(prefix)?.strip_suffix("-----")
}

/// Every PEM block of a text; what stands around them is explanation (RFC 7468 §2).
fn blocks<'a>(text: &'a str, limits: &Limits) -> Result<Vec<Block<'a>>, InputError> {
    let mut found = Vec::new();
    let mut open: Option<(&str, Body)> = None;
    let mut end = 0_usize;
    for line in text.split_inclusive('\n') {
        let start = end;
        end = end.saturating_add(line.len());
        match open.take() {
            None => {
                if let Some(name) = label(line, "-----BEGIN ") {
                    if found.len() >= limits.pem_blocks {
                        return Err(InputError::TooManyBlocks(limits.pem_blocks));
                    }
                    open = Some((name, Body::new(end)));
                }
            }
            Some((name, body)) => {
                if let Some(closing) = label(line, "-----END ") {
                    if closing != name {
                        return Err(InputError::LabelMismatch {
                            begin: Item::of_label(name),
                            end: Item::of_label(closing),
                        });
                    }
                    found.push(Block {
                        item: body.item(name),
                        base64: text.get(body.start..start).unwrap_or_default(),
                    });
                } else if label(line, "-----BEGIN ").is_some() {
                    return Err(InputError::Unterminated(Item::of_label(name)));
                } else {
                    open = Some((name, body.line(line, end)));
                }
            }
        }
    }
    if let Some((name, _)) = open {
        return Err(InputError::Unterminated(Item::of_label(name)));
    }
    if found.is_empty() {
        return Err(InputError::NoBlock);
    }
    Ok(found)
}

/// The inside of a block while it is read: headers (RFC 1421) until a blank line, then Base64.
#[derive(Clone, Copy)]
struct Body {
    /// Where the Base64 begins.
    start: usize,
    headers: Headers,
    encrypted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Headers {
    Possible,
    Inside,
    Over,
}

impl Body {
    const fn new(start: usize) -> Self {
        Self {
            start,
            headers: Headers::Possible,
            encrypted: false,
        }
    }

    /// Takes a line that ends at `end`.
    fn line(mut self, line: &str, end: usize) -> Self {
        let content = line.trim();
        match self.headers {
            Headers::Over => {}
            Headers::Possible if content.is_empty() => {}
            Headers::Possible if !content.contains(':') => self.headers = Headers::Over,
            Headers::Possible | Headers::Inside => {
                self.start = end;
                self.headers = if content.is_empty() {
                    Headers::Over
                } else {
                    Headers::Inside
                };
                self.encrypted |=
                    content.starts_with("Proc-Type:") && content.ends_with("ENCRYPTED");
            }
        }
        self
    }

    fn item(&self, name: &str) -> Item {
        let item = Item::of_label(name);
        if self.encrypted && item.is_private_key() {
            Item::TraditionalEncryptedPrivateKey
        } else {
            item
        }
    }
}

impl Block<'_> {
    /// The bytes of the block: one DER SEQUENCE of bearable length.
    ///
    /// They may be a key, so every copy on the way is wiped.
    pub(super) fn decode(&self, limits: &Limits) -> Result<Zeroizing<Vec<u8>>, InputError> {
        // Nearly everybody writes even lines: those are decoded as they stand, without a copy.
        let bytes = match even(self.base64.trim_ascii()) {
            Some(bytes) => bytes,
            None => self.uneven()?,
        };
        check_der(&bytes, limits)?;
        Ok(bytes)
    }

    /// White space may stand anywhere in Base64 (RFC 7468 §2); the decoder wants even lines.
    fn uneven(&self) -> Result<Zeroizing<Vec<u8>>, InputError> {
        let room = self.base64.len();
        let lines = room.div_ceil(WIDTH);
        let mut text = Zeroizing::new(String::with_capacity(room.saturating_add(lines)));
        let digits = self.base64.chars().filter(|c| !c.is_ascii_whitespace());
        for (index, digit) in digits.enumerate() {
            if index > 0 && index.is_multiple_of(WIDTH) {
                text.push('\n');
            }
            text.push(digit);
        }
        even(&text).ok_or(InputError::Base64(self.item))
    }
}

/// The width of a line of Base64 (RFC 7468 §2).
const WIDTH: usize = 64;

/// Decodes Base64 in lines of that width, whatever their ends.
fn even(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut decoder = Base64Decoder::new_wrapped(text.as_bytes(), WIDTH).ok()?;
    let mut bytes = Zeroizing::new(vec![0; decoder.remaining_len()]);
    decoder.decode(&mut bytes).ok()?;
    Some(bytes)
}
