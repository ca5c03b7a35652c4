//! Signing with keys in a token: real orders that a real hub takes over mTLS, and every way in which a token says no.

use lienthong::client::pki::KeyedCertificate;
use lienthong::domain::agency::Purpose;
use serde_json::Value;

use super::soft_token::{LABEL, PIN, SoftToken};
use super::{Desk, Done, id_of};
use crate::harness::agencies::{BANK, THADS};
use crate::harness::seals;

const PROFILE: &str = "token.toml";

/// The profile of the sender with keys in the token in place of those in files.
fn write_profile(desk: &Desk, lines: &str) {
    let profile = std::fs::read_to_string(desk.path(&format!("{}.toml", THADS.code_text()))).expect("a profile");
    let is_other = |line: &&str| !line.starts_with("seal_") && !line.starts_with("officer_");
    let kept: Vec<&str> = profile.lines().filter(is_other).collect();
    desk.write(PROFILE, &format!("{}\n{lines}", kept.join("\n")));
}

async fn run(desk: &Desk, token: &SoftToken, arguments: &[&str]) -> Done {
    let environment = token.environment();
    let with_profile = [arguments, &["--profile", PROFILE]].concat();
    desk.with_environment(&with_profile, &environment).await
}

async fn send(desk: &Desk, token: &SoftToken, file: &str) -> Value {
    let done = run(desk, token, &["send", file, "-o", "json"]).await;
    assert_eq!(done.status, 0, "{}", done.stderr);
    serde_json::from_str(&done.stdout).expect("JSON")
}

async fn template(desk: &Desk, kind: &str, file: &str) {
    let to = BANK.code_text();
    desk.text(THADS, &["template", kind, "order", "--to", to, "-O", file])
        .await;
}

/// The document of a request as its recipient got it.
async fn delivered(desk: &Desk, sent: &Value, folder: &str) -> String {
    let request = desk.ask(BANK, &["get", &id_of(sent), "--documents", folder]).await;
    let file = request["files"][0].as_str().expect("a file");
    std::fs::read_to_string(desk.path(file)).expect("the order")
}

fn algorithm(jws: &str) -> Value {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
    let header = BASE64
        .decode(jws.split('.').next().expect("a header"))
        .expect("base64url");
    serde_json::from_slice::<Value>(&header).expect("JSON")["alg"].clone()
}

fn assert_refused(done: &Done, words: &[&str]) {
    assert_eq!(done.status, 2, "{} {}", done.stdout, done.stderr);
    assert!(done.stderr.starts_with("Lỗi: "), "Vietnamese first: {}", done.stderr);
    for word in words {
        assert!(done.stderr.contains(word), "{word}: {}", done.stderr);
    }
    assert!(!done.stderr.contains(PIN), "{}", done.stderr);
}

backends! {
    async fn seal_and_officer_sign_with_keys_in_a_token_and_the_hub_takes_it(database) {
        let Some(token) = SoftToken::new("signing with an EC key in a token") else { return };
        let desk = Desk::open(&database).await;
        let own = seals::of_code(THADS.code_text());
        token.keep(&own.seal, "seal", "01");
        token.keep_key(&own.officer, "officer", "02");
        desk.write("pin", &format!("{PIN}\n"));
        write_profile(&desk, &format!(
            "pkcs11_module = \"{}\"\nseal_key = \"pkcs11:token=Con%20dau;object=seal\"\nseal_pin_file = \"pin\"\n\
             officer_cert = \"{}.officer.pem\"\nofficer_key = \"pkcs11:token=Con%20dau;id=%02?pin-source=file:pin\"\n",
            token.module(), THADS.code_text(),
        ));
        template(&desk, "account-freeze", "freeze.json").await;
        let jws = delivered(&desk, &send(&desk, &token, "freeze.json").await, "freeze").await;
        assert_eq!((jws.split('.').count(), algorithm(&jws)), (3, "ES256".into()));

        template(&desk, "account-debit", "debit.json").await;
        let mut debit = desk.json("debit.json");
        debit["relations"] = serde_json::json!([]);
        desk.write("debit.json", &debit.to_string());
        let signed = delivered(&desk, &send(&desk, &token, "debit.json").await, "debit").await;
        let signed: Value = serde_json::from_str(&signed).expect("JSON");
        assert_eq!(signed["signatures"].as_array().map(Vec::len), Some(2), "seal and officer");
        desk.close().await;
    }

    async fn an_rsa_key_in_a_token_signs_by_ps256_and_the_hub_takes_it(database) {
        let Some(token) = SoftToken::new("signing with an RSA key in a token") else { return };
        let seal = seals::issue_rsa("RSA");
        let desk = Desk::open_with(&database, vec![seals::credential(THADS, Purpose::Seal, &seal)]).await;
        token.keep(&seal, "seal", "0a0b");
        write_profile(&desk, &format!("seal_key = \"pkcs11:?module-path={}\"\nseal_pin_file = \"pin\"\n", token.module()));
        desk.write("pin", PIN);
        template(&desk, "account-freeze", "freeze.json").await;
        let jws = delivered(&desk, &send(&desk, &token, "freeze.json").await, "freeze").await;
        assert_eq!(algorithm(&jws), "PS256");
        desk.close().await;
    }

    async fn reading_never_opens_the_token_nor_tries_its_pin(database) {
        let Some(token) = SoftToken::new("reading without a token") else { return };
        let desk = Desk::open(&database).await;
        desk.write("pin", "000000");
        write_profile(&desk, &format!("seal_key = \"pkcs11:?module-path={}\"\nseal_pin_file = \"pin\"\n", token.module()));
        let list = run(&desk, &token, &["list"]).await;
        assert_eq!(list.status, 0, "{}", list.stderr);
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_holds_is_listed_with_the_uri_that_names_it() {
    let Some(token) = SoftToken::new("listing the keys of a token") else {
        return;
    };
    let folder = Bare::new();
    let own = seals::of_code(THADS.code_text());
    token.keep(&own.seal, "seal", "01");
    let list = [
        "signing-keys",
        "pkcs11:token=Con%20dau",
        "--pkcs11-module",
        token.module(),
        "-o",
        "json",
    ];
    let without = folder.run(&token, &list, None);
    assert_eq!(without[0]["token"], LABEL);
    let keys = without[0]["keys"].as_array().expect("keys");
    assert!(keys.iter().all(|key| key["private_key"] == false), "{without}");
    let with = folder.run(&token, &list, Some(PIN));
    let key = &with[0]["keys"][0];
    assert_eq!(
        (&key["private_key"], &key["label"], &key["alg"]),
        (&true.into(), &"seal".into(), &"ES256".into())
    );
    let kid = lienthong::client::pki::fingerprint(&own.seal.certificate).expect("a certificate");
    assert_eq!(key["certificate"]["sha256"], lienthong::evidence::digest::hex(&kid));
    folder.write("order.json", "{}");
    let uri = key["uri"].as_str().expect("a URI");
    let sign = [
        "sign",
        "order.json",
        "--seal-key",
        uri,
        "--pkcs11-module",
        token.module(),
    ];
    let signed = folder.done(&token, &sign, &[("LIENTHONG_SEAL_PIN", PIN)]);
    assert_eq!(signed.status, 0, "{}", signed.stderr);
    assert_eq!(algorithm(&signed.stdout), "ES256");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_does_not_sign_says_why() {
    let Some(token) = SoftToken::new("what is told of a token that does not sign") else {
        return;
    };
    let folder = Bare::new();
    let own = seals::of_code(THADS.code_text());
    token.keep(&own.seal, "seal", "01");
    token.keep_key(&own.officer, "bare", "02");
    folder.write("order.json", "{}");
    let stranger: KeyedCertificate = seals::issue("S");
    folder.write("stranger.pem", &stranger.certificate);
    let signs = |uri: &str, module: &str, pin: Option<&str>, more: &[&str]| {
        let arguments = [
            &["sign", "order.json", "--seal-key", uri, "--pkcs11-module", module],
            more,
        ]
        .concat();
        let pin: Vec<_> = pin.map(|pin| ("LIENTHONG_SEAL_PIN", pin)).into_iter().collect();
        folder.done(&token, &arguments, &pin)
    };
    let module = token.module();
    let seal = "pkcs11:token=Con%20dau;object=seal";
    assert_refused(
        &signs(seal, module, None, &[]),
        &["--seal-pin-file", "LIENTHONG_SEAL_PIN", "mã PIN"],
    );
    assert_refused(
        &signs(seal, module, Some("000000"), &[]),
        &["sai mã PIN", "the PIN is wrong"],
    );
    assert_refused(
        &signs("pkcs11:token=khac", module, Some(PIN), &[]),
        &["--seal-key", "no token"],
    );
    assert_refused(
        &signs("pkcs11:object=khac", module, Some(PIN), &[]),
        &["--seal-key", "no private key"],
    );
    assert_refused(&signs("pkcs11:", module, Some(PIN), &[]), &["--seal-key", "2 keys"]);
    assert_refused(
        &signs("pkcs11:object=bare", module, Some(PIN), &[]),
        &["no certificate", "chứng thư số"],
    );
    assert_refused(
        &signs(seal, module, Some(PIN), &["--seal-cert", "stranger.pem"]),
        &["does not belong"],
    );
    assert_refused(
        &signs(seal, "/nowhere.so", Some(PIN), &[]),
        &["thư viện PKCS#11", "cannot be loaded"],
    );
    let in_uri = signs("pkcs11:token=a?pin-value=271828", module, None, &[]);
    assert!(in_uri.status == 2 && in_uri.stderr.contains("PIN"), "{}", in_uri.stderr);
    token.add("Con dau 2");
    assert_refused(
        &signs("pkcs11:object=seal", module, Some(PIN), &[]),
        &["2 tokens", "serial="],
    );
    assert_eq!(
        signs(seal, module, Some(PIN), &[]).status,
        0,
        "a wrong PIN or two do no harm to the right one"
    );
}

/// A folder to run programs in that call no hub.
struct Bare(tempfile::TempDir);

impl Bare {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).expect("a file");
    }

    fn done(&self, token: &SoftToken, arguments: &[&str], environment: &[(&str, &str)]) -> Done {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lienthong"));
        let command = command.args(arguments).env_clear().current_dir(self.0.path());
        let output = command
            .envs(token.environment())
            .envs(environment.iter().copied())
            .output();
        Done::of(output.expect("the program runs"))
    }

    fn run(&self, token: &SoftToken, arguments: &[&str], pin: Option<&str>) -> Value {
        let pin: Vec<_> = pin.map(|pin| ("LIENTHONG_TOKEN_PIN", pin)).into_iter().collect();
        let done = self.done(token, arguments, &pin);
        assert_eq!(done.status, 0, "{}", done.stderr);
        serde_json::from_str(&done.stdout).expect("JSON")
    }
}
