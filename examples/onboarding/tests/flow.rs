//! Applications from the scan to their end.

use futures_util::StreamExt;
use ikd_onboarding::store::{ApplicationStore, EmbeddedStore};
use ikd_sandbox::gateway::Misbehaviour;
use ikd_sandbox::{Attribute, Picture};
use ikd_verifier::UnixTime;
use serde_json::{Value, json};

use crate::scene::{Scene, field};

#[tokio::test]
async fn an_approved_application_is_filled_in_decided_and_evidenced() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    let (status, opened) = bank.teller.scan(&scene.qr("siti-contoh")).await;
    assert_eq!((status.as_u16(), &opened["state"]), (201, &json!("waiting")), "{opened}");
    let asked = scene.asked();
    assert_eq!(opened["waiting"]["binding_message"], asked.binding_message);
    assert_eq!(asked.purpose["terminal"], "KCP-014/teller-3");
    assert_eq!(asked.claims.len(), 10);

    scene.approve(&[]);
    let id = opened["id"].as_str().expect("an id");
    let ended = bank.teller.ended(id).await;
    assert_eq!(ended["state"], "decided", "{ended}");
    assert_eq!(ended["decision"]["verdict"], "approved", "{ended}");
    let name = scene.value("siti-contoh", Attribute::FullName);
    let mother = scene.value("siti-contoh", Attribute::MotherName);
    assert_eq!(field(&ended, "full_name"), Some(&*name));
    assert_eq!(field(&ended, "mother_name"), Some(&*mother));
    assert_eq!(field(&ended, "gender"), Some("Perempuan"));
    assert_eq!(ended["receipt"]["outcome"], "granted");
    assert_eq!(ended["receipt"]["attributes"]["released"].as_array().map(Vec::len), Some(10));
    assert!(ended["receipt_entry"].is_number(), "{ended}");

    // The evidence is the answer that the receipt names, and who read what was noted.
    let (_, evidence) =
        bank.teller.get(&format!("/applications/{id}/evidence?terminal=audit")).await;
    assert_eq!(evidence["userinfo"].as_str().expect("a JWS").split('.').count(), 3);
    let (_, noted) = bank.teller.get(&format!("/applications/{id}/accesses")).await;
    let noted: Vec<_> = noted["accesses"].as_array().expect("a list").iter().collect();
    let who = |access: &&Value| (access["terminal"].clone(), access["what"].clone());
    assert_eq!(
        noted.iter().map(who).collect::<Vec<_>>(),
        [(json!("test"), json!("identity")), (json!("audit"), json!("evidence"))]
    );
    bank.stop().await;
    assert_eq!(scene.receipts("data"), 1);
}

#[tokio::test]
async fn what_is_left_out_is_for_a_person_to_look_at() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    let id = bank.teller.open(&scene.qr("siti-contoh")).await;
    scene.approve(&["occupation"]);
    let ended = bank.teller.ended(&id).await;
    assert_eq!(ended["decision"]["verdict"], "review", "{ended}");
    let checks = ended["decision"]["checks"].as_array().expect("a list");
    let failed: Vec<_> = checks.iter().filter(|check| check["passed"] == false).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (&failed[0]["rule"], &failed[0]["about"]),
        (&json!("complete"), &json!(["occupation"]))
    );
    assert_eq!(field(&ended, "occupation"), None);
    assert_eq!(ended["receipt"]["attributes"]["missing"], json!(["occupation"]));
    bank.stop().await;
}

#[tokio::test]
async fn rules_say_why_they_do_not_hold() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    for (person, rule, verdict) in [
        ("tunas-hampir-17", "adult", "declined"),
        ("nik-lahir-lama", "consistent", "review"),
        ("taro-mihon", "citizen", "review"),
    ] {
        let id = bank.teller.open(&scene.qr(person)).await;
        scene.approve(&[]);
        let ended = bank.teller.ended(&id).await;
        assert_eq!(ended["decision"]["verdict"], verdict, "{person}: {ended}");
        let checks = ended["decision"]["checks"].as_array().expect("a list");
        let failed: Vec<_> = checks.iter().filter(|check| check["passed"] == false).collect();
        assert_eq!(failed.len(), 1, "{person}: {failed:?}");
        assert_eq!(failed[0]["rule"], rule);
        assert!(failed[0]["hint"]["en"].is_string());
    }
    bank.stop().await;
}

#[tokio::test]
async fn without_a_status_list_a_person_looks_at_it() {
    let scene = Scene::new();
    scene.forget_status_list();
    let bank = scene.instance().await;
    let (_, opened) = bank.teller.scan(&scene.qr("siti-contoh")).await;
    assert_eq!(opened["scan"]["not_revoked"], false, "{opened}");
    scene.approve(&[]);
    let ended = bank.teller.ended(opened["id"].as_str().expect("an id")).await;
    assert_eq!(ended["decision"]["verdict"], "review", "{ended}");
    assert_eq!(ended["decision"]["checks"][4]["rule"], "not_revoked");
    assert_eq!(ended["decision"]["checks"][4]["passed"], false);
    bank.stop().await;
}

#[tokio::test]
async fn an_application_that_lost_its_request_is_given_up() {
    let scene = Scene::new();
    // Its request expired a minute ago and more.
    let opened = UnixTime::now().minus(120 + 60 + 1).secs();
    let lost = crate::stores::waiting("0123456789abcdef0123456789abcdef", opened);
    let data = scene.folder.path().join("data");
    std::fs::create_dir(&data).expect("a folder");
    let store = EmbeddedStore::open(&data.join("applications.redb")).expect("a store");
    store.insert(lost.clone()).await.expect("kept");
    drop(store);
    let bank = scene.instance().await;
    let ended = bank.teller.ended(&lost.id).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"]["name"]),
        (&json!("interrupted"), &json!("interrupted"))
    );
    assert!(ended["outcome"]["hint"]["id"].is_string());
    bank.stop().await;
}

#[tokio::test]
async fn no_is_respected() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    let id = bank.teller.open(&scene.qr("siti-contoh")).await;
    scene.deny();
    let ended = bank.teller.ended(&id).await;
    assert_eq!((&ended["state"], &ended["outcome"]["name"]), (&json!("ended"), &json!("denied")));
    assert!(ended["outcome"]["hint"]["id"].is_string());
    assert_eq!(ended["receipt"]["outcome"], "denied");
    assert!(ended.get("identity").is_none());
    bank.stop().await;
}

#[tokio::test]
async fn silence_ends_with_the_time() {
    let scene = Scene::new();
    scene.answer_within(3);
    let bank = scene.instance().await;
    let id = bank.teller.open(&scene.qr("siti-contoh")).await;
    let ended = bank.teller.ended(&id).await;
    assert_eq!(ended["outcome"]["name"], "expired", "{ended}");
    bank.stop().await;
}

#[tokio::test]
async fn of_an_answer_that_discloses_too_much_nothing_is_kept() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    scene.gateway.misbehave(Misbehaviour::ExtraClaim);
    let id = bank.teller.open(&scene.qr("siti-contoh")).await;
    scene.approve(&[]);
    let ended = bank.teller.ended(&id).await;
    assert_eq!(ended["outcome"]["name"], "protocol_error", "{ended}");
    assert_eq!(ended["outcome"]["code"], "over_disclosure", "{ended}");
    assert!(ended.get("identity").is_none());
    let (status, _) = bank.teller.get(&format!("/applications/{id}/evidence?terminal=test")).await;
    assert_eq!(status, 404);
    bank.stop().await;
    let mother = scene.value("siti-contoh", Attribute::MotherName);
    let kept = std::fs::read(scene.folder.path().join("data/applications.redb")).expect("a file");
    assert!(!kept.windows(mother.len()).any(|bytes| bytes == mother.as_bytes()));
}

#[tokio::test]
async fn a_qr_that_is_refused_opens_nothing() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    let qr = scene.qr("siti-contoh");
    let (status, body) = bank.teller.scan("https://example.org/").await;
    assert_eq!((status.as_u16(), &body["code"]), (422, &json!("not_ikd")));
    assert!(body["hint"]["id"].is_string() && body["reason"]["en"].is_string());
    bank.teller.open(&qr).await;
    let (status, body) = bank.teller.scan(&qr).await;
    assert_eq!((status.as_u16(), &body["code"]), (422, &json!("replayed")));
    let (_, list) = bank.teller.get("/applications").await;
    assert_eq!(list["applications"].as_array().map(Vec::len), Some(1));
    bank.stop().await;
}

#[tokio::test]
async fn a_gateway_that_is_away_ends_the_request_and_the_offline_check_stands() {
    let scene = Scene::new();
    scene.configure(|config| config["danger_route"]["to"] = json!("http://127.0.0.1:9"));
    let bank = scene.instance().await;
    let (status, body) = bank.teller.scan(&scene.qr("siti-contoh")).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(
        (&body["state"], &body["outcome"]["name"]),
        (&json!("ended"), &json!("unreachable"))
    );
    bank.stop().await;
}

#[tokio::test]
async fn a_picture_is_scanned() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    let picture = Picture::of(&scene.qr("siti-contoh")).expect("it fits").png(4);
    let send = |bytes: Vec<u8>| {
        let request = bank.teller.post_request("/qr/picture?terminal=KCP-014%2Fteller-3");
        request.header("Content-Type", "image/png").body(bytes).send()
    };
    assert_eq!(send(picture).await.expect("an answer").status(), 201);
    assert_eq!(scene.asked().purpose["terminal"], "KCP-014/teller-3");
    let none = send(b"no picture".to_vec()).await.expect("an answer");
    assert_eq!(none.status(), 422);
    bank.stop().await;
}

#[tokio::test]
async fn the_page_is_told_live_and_without_data() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    let id = bank.teller.open(&scene.qr("siti-contoh")).await;
    let stream = bank.teller.get_request(&format!("/applications/{id}/live")).send().await;
    let mut stream = stream.expect("an answer").bytes_stream();
    let mut told = String::new();
    let mut approved = false;
    // The stream ends by itself with the last state.
    while let Some(bytes) = stream.next().await {
        told.push_str(std::str::from_utf8(&bytes.expect("bytes")).expect("text"));
        if !approved && told.contains("\"waiting\"") {
            scene.approve(&[]);
            approved = true;
        }
    }
    assert!(told.contains("\"decided\"") && told.contains("\"approved\""), "{told}");
    let mother = scene.value("siti-contoh", Attribute::MotherName);
    assert!(!told.contains(&mother) && !told.contains("\"identity\""), "{told}");
    bank.stop().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_pages_that_look_on() {
    let scene = Scene::new();
    let bank = scene.instance().await;
    let id = bank.teller.open(&scene.qr("siti-contoh")).await;
    let stream = bank.teller.get_request(&format!("/applications/{id}/live")).send().await;
    let mut stream = stream.expect("an answer").bytes_stream();
    assert!(stream.next().await.is_some());
    let log = bank.log.clone();
    bank.stop().await;
    assert!(
        log.text().contains("\"stopped\"") && !log.text().contains("slow_stop"),
        "{}",
        log.text()
    );
    // The application goes on with the next start.
    let bank = scene.instance().await;
    scene.approve(&[]);
    assert_eq!(bank.teller.ended(&id).await["state"], "decided");
    bank.stop().await;
}
