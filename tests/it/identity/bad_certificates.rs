//! Every bad certificate against every method: no connection, or no call.

use lienthong::client::pki::{Authority, KeyedCertificate, Leaf, Usage, Validity, self_signed};
use lienthong_proto::Rpc;
use lienthong_proto::v1::CredentialPurpose;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    SignatureAlgorithm,
};

use super::world::{ASK, Files, list, looking_at, refusal, register, revoke};
use crate::harness::TestHub;
use crate::harness::agencies::BANK;
use crate::harness::hub::validity;
use crate::harness::ids::start;

const NONE: &str = "NO CONNECTION";
const UNREGISTERED: &str = "CERTIFICATE_NOT_REGISTERED";

fn leaf(validity: Validity) -> Leaf<'static> {
    Leaf {
        common_name: BANK.code_text(),
        hosts: &[],
        usage: Usage::Client,
        validity,
    }
}

/// A certificate of `authority` that differs from a good one as `change` says.
fn odd(
    authority: &Authority,
    algorithm: &'static SignatureAlgorithm,
    change: impl FnOnce(&mut CertificateParams),
) -> KeyedCertificate {
    let mut params = leaf(validity()).params().expect("a certificate");
    change(&mut params);
    let key = KeyPair::generate_for(algorithm).expect("a key");
    authority.sign(&params, &key).expect("a certificate")
}

const P256: &SignatureAlgorithm = &rcgen::PKCS_ECDSA_P256_SHA256;

/// A certificate that `issuer`, which `authority` has signed, has made; with the whole chain.
fn through(authority: &Authority, is_ca: IsCa) -> KeyedCertificate {
    let mut params = leaf(validity()).params().expect("a certificate");
    params.is_ca = is_ca;
    params.key_usages.push(KeyUsagePurpose::KeyCertSign);
    let key = KeyPair::generate().expect("a key");
    let middle = authority.sign(&params, &key).expect("a certificate");
    let issuer = CertifiedIssuer::self_signed(params, key).expect("an issuer");
    let own = KeyPair::generate().expect("a key");
    let last = leaf(validity()).params().expect("a certificate");
    let last = last.signed_by(&own, &issuer).expect("a certificate").pem();
    KeyedCertificate {
        certificate: last + &middle.certificate,
        key: own.serialize_pem(),
    }
}

/// Of the CA or not: everything that is wrong with the certificate itself.
fn made_wrong(authority: &Authority) -> Vec<(&'static str, KeyedCertificate, &'static str)> {
    let span = |from, to| Validity {
        not_before: start().plus_hours(from),
        not_after: start().plus_hours(to),
    };
    let issue = |validity| authority.issue(&leaf(validity)).expect("a certificate");
    let new_authority = |name| Authority::new(name, validity()).expect("an authority");
    let usage = |usages: &[ExtendedKeyUsagePurpose]| {
        let usages = usages.to_vec();
        odd(authority, P256, move |params| params.extended_key_usages = usages)
    };
    let key_usage = |usage| odd(authority, P256, move |params| params.key_usages = vec![usage]);
    vec![
        (
            "of another CA",
            new_authority("CA khác")
                .issue(&leaf(validity()))
                .expect("a certificate"),
            NONE,
        ),
        (
            "of a CA of the same name",
            new_authority("CA giả lập")
                .issue(&leaf(validity()))
                .expect("a certificate"),
            NONE,
        ),
        (
            "signed by itself",
            self_signed(&leaf(validity())).expect("a certificate"),
            NONE,
        ),
        ("the authority's own", authority.keyed_certificate(), NONE),
        ("expired", issue(span(-48, -1)), NONE),
        ("not valid yet", issue(span(1, 48)), NONE),
        (
            "a server's",
            authority.issue_server(validity()).expect("a certificate"),
            NONE,
        ),
        ("for code", usage(&[ExtendedKeyUsagePurpose::CodeSigning]), NONE),
        (
            "for mail and times",
            usage(&[
                ExtendedKeyUsagePurpose::EmailProtection,
                ExtendedKeyUsagePurpose::TimeStamping,
            ]),
            NONE,
        ),
        (
            "for answers about revocation",
            usage(&[ExtendedKeyUsagePurpose::OcspSigning]),
            NONE,
        ),
        (
            "whose key may only agree",
            key_usage(KeyUsagePurpose::KeyAgreement),
            NONE,
        ),
        (
            "whose key may only encipher",
            key_usage(KeyUsagePurpose::KeyEncipherment),
            NONE,
        ),
        (
            "whose key may only sign lists",
            key_usage(KeyUsagePurpose::CrlSign),
            NONE,
        ),
        (
            "an authority in the place of an agency",
            odd(authority, P256, |params| {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            }),
            NONE,
        ),
        ("made by an agency", through(authority, IsCa::ExplicitNoCa), NONE),
        (
            "made below an authority that may have none",
            through(authority, IsCa::Ca(BasicConstraints::Unconstrained)),
            NONE,
        ),
        (
            "of P-384, not registered",
            odd(authority, &rcgen::PKCS_ECDSA_P384_SHA384, |_| {}),
            UNREGISTERED,
        ),
        (
            "of Ed25519, not registered",
            odd(authority, &rcgen::PKCS_ED25519, |_| {}),
            UNREGISTERED,
        ),
        (
            "for anything, not registered",
            odd(authority, P256, |params| params.extended_key_usages.clear()),
            UNREGISTERED,
        ),
        ("not registered", issue(validity()), UNREGISTERED),
    ]
}

backends! {
    async fn no_bad_certificate_reaches_any_method(database) {
        let mut made = None;
        let hub = TestHub::start_as(&database, |authority| {
            let files = Files::new(authority);
            let listed = authority.issue(&leaf(validity())).expect("a certificate");
            files.put("crl.pem", &list(authority, &[&listed], 1, 24));
            let source = files.source(&["crl.pem"], true);
            made = Some((files, listed));
            looking_at(&database, authority, source)
        })
        .await;
        let (_files, listed) = made.expect("made above");
        let issue = || hub.authority.issue(&leaf(validity())).expect("a certificate");
        let (token_only, revoked) = (issue(), issue());
        register(&hub, BANK, &listed, &[CredentialPurpose::Tls]).await;
        register(&hub, BANK, &token_only, &[CredentialPurpose::Token]).await;
        register(&hub, BANK, &revoked, &[CredentialPurpose::Tls]).await;
        revoke(&hub, BANK, &revoked).await;
        let mut cases = made_wrong(&hub.authority);
        cases.push(("on a revocation list, registered", listed, NONE));
        cases.push(("registered for tokens alone", token_only, UNREGISTERED));
        cases.push(("revoked at the hub", revoked, NONE));
        let raw = database.raw().await;
        let before = raw.counts().await;
        for (name, keys, expected) in &cases {
            let bearer = format!("Bearer {}", hub.minter(BANK, hub.keys(BANK), keys).token().expect("a token"));
            for rpc in Rpc::ALL {
                assert_eq!(refusal(&hub, keys, *rpc, &bearer).await, *expected, "{rpc:?}: a certificate {name}");
            }
        }
        assert_eq!(raw.counts().await, before, "nothing was stored");
        hub.client(BANK).await.raw(ASK, Vec::new()).await.expect("the good one is taken");
        hub.stop().await;
    }
}
