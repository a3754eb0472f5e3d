// Every statement of a workflow's body.
#include "tests/unit/compiler/syntax/fixture.h"

using namespace endcap;

TEST_CASE("let binds a value, a read or a proposal") {
  CHECK(statement("let a: Int = 1") == "(let a Int 1)");
  CHECK(statement("let s = read Stock(a, b) { on unavailable { then retry } }") ==
        "(let s (read (call Stock a b) (on unavailable {} (then retry))))");
  CHECK(statement("let q = reread promo") == "(let q (reread promo))");
  CHECK(statement("read promo.stores") == "(read (. promo stores))");
  CHECK(statement("let m = propose T.commit(to: x) undo T.cancel(to: x)") ==
        "(let m (propose (call T.commit to:x) (undo (call T.cancel to:x))))");
  CHECK(statement("let m = propose T.commit(to: x) and keep") ==
        "(let m (propose (call T.commit to:x) keep))");
  CHECK(statement("let m = propose for each s in p.stores { A.b(s) and keep }") ==
        "(let m (propose s (. p stores) (call A.b s) keep))");
  CHECK(statement("let m = propose for each s in p.stores where s.open { A.b(s) }") ==
        "(let m (propose s (. p stores) (where (. s open)) (call A.b s)))");
}

TEST_CASE("approve: proposals, policy, grant, two deadlines, reminders, escalations and handlers") {
  CHECK(statement("approve a, b under M as g valid until p.end { within 8 business hours remind after 1 day "
                  "escalate to D after 2 days on rejected, expired { fail X(p.id) and compensate } on "
                  "changed { then ask again } }") ==
        "(approve a b M g (valid (. p end)) (within (business 8 hour)) (remind (duration 1 day)) (escalate D "
        "(duration 2 day)) "
        "(on rejected expired {(fail X (. p id) compensate)}) (on changed {} (then ask-again)))");
  CHECK(statement("approve a under M as g") == "(approve a M g)");
  CHECK(statement("approve a under M, x.N as g") == "(approve a M x.N g)");
  CHECK(statement("approve a under M as g valid until x { within 1 day within 2 days }") ==
        "2:53: error EC0010: `within` is given twice\n");
}

TEST_CASE("approve: line by line, by whatever is called a line elsewhere") {
  CHECK(statement("approve a under M as g { within 2 days by line on refused { then skip } }")
            .find(" by-line (on ") != std::string::npos);
  CHECK(statement("for each line in lines { write g for line }").find("line") != std::string::npos);
}

TEST_CASE("run: a grant is given, whole or for one") {
  CHECK(statement("run Put(p, pricing for store, g: other) as done") ==
        "(run Put p pricing (for store) g:other (as done))");
}

TEST_CASE("approve: countered with a form, by whatever is called a counter elsewhere") {
  CHECK(statement(
            "approve a under M as g { within 2 days counter Offer(price: 1) on countered(price) { skip } }")
            .find(" (counter Offer price:1) (on countered (values price) {(skip)})") != std::string::npos);
  CHECK(statement("approve a under M as g { counter Offer within 2 days counter Offer }") ==
        "2:54: error EC0010: `counter` is given twice\n");
  CHECK(statement("for each counter in counters { write g for counter }").find("counter") !=
        std::string::npos);
}

TEST_CASE("write performs a grant, whole or for one target") {
  CHECK(statement("write g") == "(write g)");
  CHECK(statement("write g for store { on Locked { then retry } }") ==
        "(write g (for store) (on Locked {} (then retry)))");
  CHECK(statement("write g\nfor each s in xs { write g for s }") ==
        "(write g) (for-each s xs {(write g (for s))})");
}

TEST_CASE("an advisor is asked, with what counts when it has no good answer") {
  CHECK(statement("let f = ask M(p, q: r) or else C(p)") ==
        "(let f (ask (call M p q:r) (or-else (call C p))))");
  CHECK(statement("let f = ask M() or else when a then b otherwise c") ==
        "(let f (ask (call M) (or-else (when a b c))))");
  CHECK(statement("let f = ask M()") == "(let f (ask (call M)))");
  CHECK(statement("ask M() or else 3") == "(ask (call M) (or-else 3))");
  CHECK(statement("let timeout = fresh") == "(let timeout fresh)");
  CHECK(statement("let advisor = confidence + least") == "(let advisor (+ confidence least))");
}

TEST_CASE("a task has a role, a deadline and perhaps an answer") {
  CHECK(statement("task Count(a: b) to Ops within 4 business hours as answer { on expired { then skip } }") ==
        "(task Count a:b (to Ops) (within (business 4 hour)) (as answer) (on expired {} (then skip)))");
  CHECK(statement("task Count() to Ops") == "(task Count (to Ops))");
  CHECK(statement("task Count() to Ops(s.region) within 1 day") ==
        "(task Count (to Ops (. s region)) (within (duration 1 day)))");
  CHECK(statement("task Count() to Ops within 1 day as count { answers Shelf on expired { then skip } }") ==
        "(task Count (to Ops) (within (duration 1 day)) (as count) (answers Shelf) (on expired {} (then "
        "skip)))");
  CHECK(statement("task Count() to Ops { on expired { } answers Shelf(units: a) }") ==
        "(task Count (to Ops) (answers Shelf units:a) (on expired {}))");
  CHECK(statement("task answers(answers: answers) to answers { answers answers }") ==
        "(task answers answers:answers (to answers) (answers answers))");
}

TEST_CASE("notify, yield, skip, finish and fail") {
  CHECK(statement("notify L.soon(p)") == "(notify (call L.soon p))");
  CHECK(statement("yield Plan(a: b)") == "(yield (call Plan a:b))");
  CHECK(statement("skip") == "(skip)");
  CHECK(statement("finish Done(p.id)") == "(finish Done (. p id))");
  CHECK(statement("fail Broken and keep") == "(fail Broken keep)");
  CHECK(statement("fail Broken") == "(fail Broken)");
}

TEST_CASE("when and match") {
  CHECK(statement("when a { skip } otherwise when b { finish X } otherwise { finish Y }") ==
        "(when ( a {(skip)}) ( b {(finish X)}) {(finish Y)})");
  CHECK(
      statement("match x { | high, low { skip } | present as y { skip } | absent { skip } | otherwise { skip "
                "} }") ==
      "(match x (| high low {(skip)}) (| present (as y) {(skip)}) (| absent {(skip)}) (otherwise {(skip)}))");
}

TEST_CASE("for each, together, step and branch") {
  CHECK(statement("for each p in ps where p.gap > 0 parallel 20 collect out { yield p }") ==
        "(for-each p ps (where ((. p gap) > 0)) (parallel 20) (collect out) {(yield p)})");
  CHECK(statement("step a together { branch x { skip } branch y for each s in ss { skip } }") ==
        "(step a {(together (branch x {(skip)}) (branch y {(for-each s ss {(skip)})}))})");
  CHECK(statement("step a for each s in ss { skip }") == "(step a {(for-each s ss {(skip)})})");
}

TEST_CASE("throughout and the waits hear events") {
  CHECK(statement("throughout { on event E(id, mine: theirs) where id == p.id { fail X and compensate } }") ==
        "(throughout (on (event E id mine:theirs (where (id == (. p id)))) {(fail X compensate)}))");
  CHECK(
      statement("wait until p.a at 06:00 zone \"Z\" if late continue { on event E { then wait until x } }") ==
      "(wait-until (at (. p a) 06:00 (zone \"Z\")) (late continue) (on (event E) {} (then wait-until x)))");
  CHECK(statement("wait until p.a if late fail Late(p.id) and keep") ==
        "(wait-until (. p a) (late fail) (fail Late (. p id) keep))");
  CHECK(statement("wait until p.a") == "(wait-until (. p a))");
  CHECK(statement(
            "wait for event E(a) where a == 1 within 2 business days as got { on expired { then skip } }") ==
        "(wait-for (event E a (where (a == 1))) (within (business 2 day)) (as got) (on expired {} (then "
        "skip)))");
}

TEST_CASE("a handler ends in one of the ways there are") {
  CHECK(statement("write g { on A { then continue with 3 } on B { then fail X } on C { then finish Y } on D "
                  "{ skip } }") ==
        "(write g (on A {} (then continue 3)) (on B {(fail X)}) (on C {(finish Y)}) (on D {(skip)}))");
  CHECK(statement("write g { on A { then } }").find("`retry`, `skip`") != std::string::npos);
}

TEST_CASE("another workflow is run, and its handlers are given what it ended with") {
  CHECK(
      statement(
          "run Review(p, floor: 3) as r { on Dear(price, mine: theirs) { skip } on A, B { then again } }") ==
      "(run Review p floor:3 (as r) (on Dear (values price mine:theirs) {(skip)}) (on A B {} (then again)))");
  CHECK(statement("run Review(p)") == "(run Review p)");
  CHECK(statement("let x = p.run + run") == "(let x (+ (. p run) run))");
}

TEST_CASE("rounds have a bound and an end") {
  CHECK(statement("repeat up to 3 times { skip again } otherwise { fail X }") ==
        "(repeat 3 {(skip) again} {(fail X)})");
  CHECK(statement("step a repeat up to 3 times { again }") == "(step a {(repeat 3 {again})})");
  CHECK(statement("repeat up to 3 times with a = 1, b = 2 { again with b = 3 } otherwise { fail X }") ==
        "(repeat 3 a=1 b=2 {(again b=3)} {(fail X)})");
  CHECK(statement("let x = 3 times") == "2:11: error EC0007: there is no unit `times`\n");
}

TEST_CASE("a raise goes on, or waits with a deadline and handlers") {
  CHECK(statement("raise S(a)\nskip") == "(raise S a) (skip)");
  CHECK(statement("raise retail.S(store: a) as second") == "(raise retail.S store:a (as second))");
  CHECK(statement("raise and wait S(a) within 4 hours as answer { on expired { then continue } }") ==
        "(raise-and-wait S a (within (duration 4 hour)) (as answer) (on expired {} (then continue)))");
  CHECK(statement("write g { on A { raise X(a) then retry } }") ==
        "(write g (on A {(raise X a)} (then retry)))");
  CHECK(statement("let raise = severity + respond\nraise exception(raise)") ==
        "(let raise (+ severity respond)) (raise exception raise)");
}

TEST_CASE("a step can be due, and can stand until a moment") {
  CHECK(statement("step a { due 2 days before p.launch { on late { skip } } }") ==
        "(step a {(due (before (duration 2 day) (. p launch)) (on late {(skip)}))})");
  CHECK(statement("step a until p.end { on event E { skip } }") ==
        "(step-until a (. p end) (on (event E) {(skip)}))");
  CHECK(statement("let due = x.due") == "(let due (. x due))");
}

TEST_CASE("a loop can tolerate that some fail") {
  CHECK(statement("for each s in ss parallel 5 tolerate 2% collect c { skip } otherwise { fail X }") ==
        "(for-each s ss (parallel 5) (tolerate 2%) (collect c) {(skip)} (otherwise {(fail X)}))");
  CHECK(statement("let tolerate = x.tolerate") == "(let tolerate (. x tolerate))");
}

TEST_CASE("a sweep goes over combinations of lists") {
  CHECK(statement("sweep s in ss, a in x.as where s.n > a.n parallel 5 tolerate 2% collect c { skip } "
                  "otherwise { fail X }") ==
        "(sweep s ss (and a (. x as)) (where ((. s n) > (. a n))) (parallel 5) (tolerate 2%) (collect c) "
        "{(skip)} "
        "(otherwise {(fail X)}))");
  CHECK(statement("step b sweep s in ss, a in az, d in ds where yes parallel 5 { skip }") ==
        "(step b {(sweep s ss (and a az) (and d ds) (where yes) (parallel 5) {(skip)})})");
  CHECK(statement("sweep s in ss { skip }\nskip") == "(sweep s ss {(skip)}) (skip)");
}

TEST_CASE("what this release does not have is refused by name and alone") {
  CHECK(statement("step a {\nalert (x)\nlet x = 40 zz\n}") ==
        "3:1: error EC0006: `alert` is part of the language but not of this release\n"
        "4:12: error EC0007: there is no unit `zz`\n");
  const Parsed parsed("workflow W(p: P) {\nalert (x) { a b c }\nskip\n}");
  CHECK(parsed.tree() == "(module (workflow W [p:P] {(error) (skip)}))");
}
