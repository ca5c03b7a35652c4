//! Signing what is sent: with the seal of the profile, and the officer's own key where the kind asks for it; and `lienthong
//! sign`, which signs a file and sends nothing.

use std::path::PathBuf;

use clap::Args;
use lienthong_proto::v1;
use serde_json::Value;

use super::connection::ConnectionArgs;
use super::content::{Content, read_document, write_new};
use super::key_place::{KeyPlace, Stated, words};
use super::session::Session;
use super::steps::Step;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::client::signing::{Sealer, Times};
use crate::domain::time::Clock as _;
use crate::server::clock::SystemClock;
use crate::server::random::OsRandom;

/// Keys to sign with.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Ký số / signing")]
pub(super) struct SigningArgs {
    /// Chứng thư số của cơ quan: the certificate registered for SEAL, PEM. With it, what the kind wants signed is signed.
    #[arg(long, env = "LIENTHONG_SEAL_CERT", value_name = "FILE")]
    pub(super) seal_cert: Option<PathBuf>,
    /// Khóa của chứng thư số cơ quan: its private key, a file (P-256 or RSA, PKCS #8, PEM) or a key in a token
    /// (`pkcs11:token=…;object=…`, see `lienthong signing-keys`), whose certificate may be in the token too.
    #[arg(long, env = "LIENTHONG_SEAL_KEY", value_name = "FILE|pkcs11:…")]
    pub(super) seal_key: Option<KeyPlace>,
    /// Tệp chứa mã PIN của token: or `LIENTHONG_SEAL_PIN` in the environment.
    #[arg(long, env = "LIENTHONG_SEAL_PIN_FILE", value_name = "FILE")]
    pub(super) seal_pin_file: Option<PathBuf>,
    /// Chứng thư số của cán bộ: the officer's own certificate, registered for OFFICER, PEM.
    #[arg(long, env = "LIENTHONG_OFFICER_CERT", value_name = "FILE")]
    pub(super) officer_cert: Option<PathBuf>,
    /// Khóa của chứng thư số cán bộ: its private key, in a file or in a token.
    #[arg(long, env = "LIENTHONG_OFFICER_KEY", value_name = "FILE|pkcs11:…")]
    pub(super) officer_key: Option<KeyPlace>,
    /// Tệp chứa mã PIN của token cán bộ: or `LIENTHONG_OFFICER_PIN` in the environment.
    #[arg(long, env = "LIENTHONG_OFFICER_PIN_FILE", value_name = "FILE")]
    pub(super) officer_pin_file: Option<PathBuf>,
    /// Thư viện PKCS#11 của nhà cung cấp token: the maker's module, a .so file, unless the key's URI names it.
    #[arg(long, env = "LIENTHONG_PKCS11_MODULE", value_name = "FILE")]
    pub(super) pkcs11_module: Option<PathBuf>,
}

impl SigningArgs {
    /// These, and what they leave open from `others`.
    pub(super) fn or(self, others: Self) -> Self {
        Self {
            seal_cert: self.seal_cert.or(others.seal_cert),
            seal_key: self.seal_key.or(others.seal_key),
            seal_pin_file: self.seal_pin_file.or(others.seal_pin_file),
            officer_cert: self.officer_cert.or(others.officer_cert),
            officer_key: self.officer_key.or(others.officer_key),
            officer_pin_file: self.officer_pin_file.or(others.officer_pin_file),
            pkcs11_module: self.pkcs11_module.or(others.pkcs11_module),
        }
    }

    /// Whether there is a seal.
    fn names_a_seal(&self) -> bool {
        self.seal_cert.is_some() || self.seal_key.is_some()
    }

    /// Opens the keys, the officer's only if he signs too; `None` if there is no seal.
    fn sealer(&self, with_officer: bool) -> Result<Option<Sealer>, Failure> {
        let seal = Stated {
            whose: "seal",
            certificate: self.seal_cert.as_deref(),
            key: self.seal_key.as_ref(),
            pin_file: self.seal_pin_file.as_deref(),
            module: self.pkcs11_module.as_deref(),
        };
        let officer = Stated {
            whose: "officer",
            certificate: self.officer_cert.as_deref(),
            key: self.officer_key.as_ref(),
            pin_file: self.officer_pin_file.as_deref(),
            ..seal
        };
        let Some(seal) = seal.signer()? else {
            return Ok(None);
        };
        let officer = if with_officer { officer.signer()? } else { None };
        Ok(Some(Sealer { seal, officer }))
    }
}

fn sign(sealer: &Sealer, document: &str, with_officer: bool) -> Result<String, Failure> {
    if with_officer && sealer.officer.is_none() {
        return Err(Failure::configuration(
            "Thiếu --officer-cert, --officer-key: văn bản này phải có thêm chữ ký số của cán bộ",
            "--officer-cert and --officer-key are missing: this document needs the officer's own signature too",
        ));
    }
    let signed = sealer.sign(
        document.as_bytes(),
        with_officer,
        Times::at(SystemClock.now()),
        &OsRandom,
    );
    signed.map_err(|error| {
        Failure::failed(
            format!("Không ký được văn bản: {}", words(&error)),
            format!("The document cannot be signed: {error}"),
        )
    })
}

/// What a kind asks to be signed.
struct Asked {
    seal: bool,
    officer: bool,
}

impl Session {
    /// `content` signed as its kind asks, if there is a seal. What is signed already stays as it is.
    pub(super) async fn signed(&self, content: Content, step: Option<Step>) -> Result<Content, Failure> {
        let Content::Document(text) = &content else {
            return Ok(content);
        };
        if !self.signing().names_a_seal() {
            return Ok(content);
        }
        // A hub that cannot be asked says by the write itself what is wrong.
        let Some(asked) = self.asked(text, step).await else {
            return Ok(content);
        };
        if !asked.seal {
            return Ok(content);
        }
        let Some(sealer) = self.signing().sealer(asked.officer)? else {
            return Ok(content);
        };
        sign(&sealer, text, asked.officer).map(Content::Jws)
    }

    async fn asked(&self, document: &str, step: Option<Step>) -> Option<Asked> {
        let value: Value = serde_json::from_str(document).ok()?;
        let member = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let (code, revision) = if step.is_none() {
            (member("kind")?, 0)
        } else {
            let asked = v1::GetRequest {
                enforcement_request_id: member("enforcement_request_id")?,
                include_documents: false,
            };
            let reply = self.requests().get(asked).await.ok()?.into_inner();
            let request = reply.enforcement_request?;
            (request.kind, request.kind_revision)
        };
        let asked = v1::GetKindRequest { code, revision };
        let kind = self.catalogue().get_kind(asked).await.ok()?.into_inner().kind?;
        let actions = step.map_or(&[v1::Action::Submit][..], Step::actions);
        let is_among = |listed: &[i32]| actions.iter().any(|action| listed.contains(&(*action).into()));
        Some(Asked {
            seal: is_among(&kind.signed_actions),
            officer: is_among(&kind.officer_signed_actions),
        })
    }
}

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Sign {
    /// Tệp văn bản: the document as JSON; `-` reads it from stdin. It is signed to the byte.
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
    /// Cán bộ cùng ký: adds the officer's own signature (--officer-cert), in JWS general form.
    #[arg(long)]
    with_officer: bool,
    /// Tệp kết quả: a new file for the JWS; without it stdout.
    #[arg(short = 'O', long, env = "LIENTHONG_OUT", value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Sign {
    pub(super) fn run(self) -> Result<(), Failure> {
        let sealer = self.connection.signing()?.sealer(self.with_officer)?.ok_or_else(|| {
            Failure::configuration(
                "Thiếu --seal-cert, --seal-key: nêu tùy chọn, biến môi trường, hoặc seal_cert, seal_key trong hồ sơ (--profile)",
                "--seal-cert and --seal-key are missing: give them, the environment, or seal_cert and seal_key in a profile",
            )
        })?;
        let Content::Document(text) = Content::of(read_document(&self.file)?)? else {
            return Err(Failure::configuration(
                "FILE: văn bản đã được ký",
                "FILE: the document is signed already",
            ));
        };
        let jws = sign(&sealer, &text, self.with_officer)?;
        if let Some(path) = &self.out {
            return write_new(path, &jws);
        }
        output::line(&jws);
        Ok(())
    }
}
