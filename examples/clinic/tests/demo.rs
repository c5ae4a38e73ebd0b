//! The demonstration tells what it should, and no data.

use std::process::Command;

#[test]
fn the_demo_answers_yes_no_no_and_shows_no_data() {
    let output = Command::new(env!("CARGO_BIN_EXE_ikd-clinic")).arg("--demo").output();
    let output = output.expect("it runs");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<_> =
        text.lines().filter(|line| line.contains(" / YES: ") || line.contains(" / NO: ")).collect();
    assert_eq!(answers.len(), 3, "{text}");
    for (answer, words) in answers.iter().zip([
        "YA / YES: peserta aktif",
        "TIDAK / NO: kartu ini milik orang lain",
        "TIDAK / NO: orangnya cocok, iurannya belum",
    ]) {
        assert!(answer.contains(words), "{answer}");
    }
    let either = |one: &str, other: &str| text.matches(one).count() + text.matches(other).count();
    assert_eq!(either("asked: name_match, nik_match", "asked: nik_match, name_match"), 3, "{text}");
    let [one, other] = [r#"["name_match","nik_match"]"#, r#"["nik_match","name_match"]"#]
        .map(|names| format!(r#""released":{names}"#));
    assert_eq!(either(&one, &other), 3, "{text}");
    for row in include_str!("../data/members.csv").lines().skip(1) {
        let values: Vec<_> = row.split(',').collect();
        assert!(!text.contains(values[1]) && !text.contains(values[2]), "{row}");
    }
}
