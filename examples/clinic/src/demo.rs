//! Three patients at the desk, without a person at a phone: the sandbox's gateway decides by itself,
//! after the question was shown.

use std::error::Error;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use ikd_sandbox::gateway::{Decision, Gateway, GatewayConfig, RelyingParty};
use ikd_sandbox::{GATEWAY, Profile, Sandbox};
use ikd_verifier::audit::{ConsentReceipt, Label};
use ikd_verifier::consent::{ConsentClient, FileKey, PendingConsent};
use ikd_verifier::{HttpOptions, RootKeys, Trust, UnixTime, audit};

use crate::desk::{Answer, Desk};
use crate::members::Members;
use crate::say;

const MEMBERS: &[u8] = include_bytes!("../data/members.csv");
const PURPOSE: &str = include_str!("../data/purpose.json");

/// Who comes, with whose card, and what that is to show.
const PATIENTS: [(&str, &str, &str); 3] = [
    ("siti-contoh", "0009901000001", "Siti, kartunya sendiri / with her own card"),
    ("budi-ujicoba", "0009901000001", "Budi, dengan kartu Siti / with Siti's card"),
    ("dewi-sampel", "0009901000003", "Dewi, iuran berhenti 2024 / paid until 2024"),
];

/// Plays the scenes, and tells each.
pub(crate) async fn run(
    tell: impl Fn(Answer, Option<&ConsentReceipt>),
) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::new(*b"IKD Verifier at a clinic's desk!", UnixTime::now().secs());
    let clinic = RelyingParty::all(&sandbox).pop().ok_or("the sandbox has no clinic")?;
    let mut config = GatewayConfig::new(vec![clinic.client.clone()], || UnixTime::now().secs());
    config.interval = 1;
    let gateway = Gateway::start(sandbox.clone(), config)?;
    let desk = desk(&sandbox, &clinic, gateway.issuer())?;
    for (person, card, scene) in PATIENTS {
        let now = UnixTime::now();
        // A QR that discloses an age and nothing else: matching needs no more.
        let qr = sandbox.present(sandbox.person(person)?, Profile::Age, now.secs()).text();
        let approve = |pending: &PendingConsent| {
            let code = pending.binding_message();
            say(format_args!("\n{scene}\n  Layar dan ponsel / both screens: {code}"));
            for asked in gateway.pending() {
                let names: Vec<_> = asked.claims.iter().map(|claim| claim.name.as_str()).collect();
                say(format_args!("  Ditanyakan / asked: {}", names.join(", ")));
                let decided = gateway.decide(&asked.auth_req_id, Decision::approve(names));
                if let Err(error) = decided {
                    say(format_args!("  {error}"));
                }
            }
        };
        let (answer, receipt) = desk.check(card, &qr, now, approve).await?;
        tell(answer, receipt.as_ref());
    }
    Ok(())
}

fn desk(sandbox: &Sandbox, clinic: &RelyingParty, gateway: &str) -> Result<Desk, Box<dyn Error>> {
    let roots = RootKeys::new(&sandbox.roots(), sandbox.threshold().try_into()?)?;
    let (trust, _) = Trust::from_bundle(roots, &sandbox.bundle())?;
    let trust = Arc::new(trust);
    let party = audit::RelyingParty {
        id: Label::new(&*clinic.client.client_id)?,
        name: Label::new(&*clinic.client.client_name)?,
    };
    let key = Arc::new(FileKey::from(SigningKey::from_bytes(&clinic.secret)));
    let route = HttpOptions::new().danger_route(GATEWAY, gateway)?;
    let client = ConsentClient::builder(party, key, trust.clone()).http(route).build()?;
    let purpose = serde_json::from_str(PURPOSE)?;
    Ok(Desk::new(trust, client, purpose, Members::parse(MEMBERS)?))
}
