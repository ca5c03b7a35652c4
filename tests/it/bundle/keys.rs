//! Which keys in certificates may sign documents: both verifiers take the same ones.

use std::path::Path;
use std::process::{Command, Stdio};

use lienthong::evidence::jws::VerificationKey;

/// A certificate of its own, DER, with a key of this sort.
fn certificate(folder: &Path, key: &[&str], more: &[&str]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command.args([
        "req", "-x509", "-nodes", "-subj", "/CN=key", "-days", "3", "-outform", "DER", "-out", "it.der",
    ]);
    command
        .args(["-keyout", "it.key"])
        .args(key)
        .args(more)
        .current_dir(folder);
    let done = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("openssl runs");
    assert!(done.success(), "{key:?}");
    std::fs::read(folder.join("it.der")).expect("a certificate")
}

/// What the second verifier says of a certificate.
fn theirs(der: &[u8]) -> String {
    use std::io::Write as _;
    const SAYS: &str = "import sys, verify_evidence as read\n\
                        try: print(read.public_key(sys.stdin.buffer.read())[1])\n\
                        except read.Refused as refused: print(refused.code)";
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools");
    let mut command = Command::new("python3");
    command.args(["-B", "-c", SAYS]).env("PYTHONPATH", tools);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("python3 runs");
    child.stdin.take().expect("a pipe").write_all(der).expect("written");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

#[test]
fn both_verifiers_take_p256_and_rsa_of_2048_to_4096_bits_that_may_sign_and_no_other_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let usage = |usage: &'static str| ["-addext", usage];
    let p256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let explicit = [&p256[..], &["-pkeyopt", "ec_param_enc:explicit"]].concat();
    for (key, more, expected) in [
        (&p256[..], &[][..], Some("ES256")),
        (&p256, &usage("keyUsage=nonRepudiation"), Some("ES256")),
        (&p256, &usage("keyUsage=keyCertSign,cRLSign"), None),
        (&explicit, &[], None),
        (&["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"], &[], None),
        (&["-newkey", "ed25519"], &[], None),
        (&["-newkey", "rsa:1024"], &[], None),
        (&["-newkey", "rsa:2040"], &[], None),
        (&["-newkey", "rsa:2048"], &[], Some("PS256")),
        (&["-newkey", "rsa:2048"], &usage("keyUsage=keyEncipherment"), None),
        (
            &["-newkey", "rsa:3072"],
            &usage("keyUsage=digitalSignature"),
            Some("PS256"),
        ),
        (&["-newkey", "rsa:4096"], &[], Some("PS256")),
        (&["-newkey", "rsa:4104"], &[], None),
        (&["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"], &[], None),
    ] {
        let der = certificate(folder.path(), key, more);
        let ours = VerificationKey::of_certificate(&der).map(|key| key.algorithm().as_str());
        assert_eq!(ours.ok(), expected, "{key:?} {more:?}");
        assert_eq!(theirs(&der), expected.unwrap_or("KEY_NOT_USABLE"), "{key:?} {more:?}");
        // What is cut or longer is no certificate.
        for wrong in [&der[..der.len() - 1], &[der.as_slice(), &[0]].concat()] {
            assert!(VerificationKey::of_certificate(wrong).is_err());
            assert_eq!(theirs(wrong), "KEY_NOT_USABLE");
        }
    }
}
