// Tests: each sentence of one.
#include "tests/unit/compiler/syntax/fixture.h"

using namespace endcap;

namespace {

std::string story(const std::string& text) {
  const std::string tree = declaration("test \"t\" {\n" + text + "\n}");
  return tree.starts_with("(test \"t\" ") ? tree.substr(10, tree.size() - 11) : tree;
}

}  // namespace

TEST_CASE("what is given has fields, counts and lists") {
  CHECK(story("given Store(id: \"1\" to \"3\", zone: \"UTC\")") ==
        "(given Store id:\"1\"..\"3\" zone:\"UTC\")");
  CHECK(story("given P(id: \"P\", stores: every Store)") == "(given P id:\"P\" stores:every Store)");
  CHECK(story("P(\"a\").cost becomes AUD 9.00\nafter 2 days") ==
        "(becomes P \"a\" cost (money AUD 9.00)) (after (duration 2 day))");
}

TEST_CASE("a workflow starts, time passes, events come") {
  CHECK(story("start W(P(\"a\"), n: 3) at 2026-11-20 09:00 zone \"UTC\"") ==
        "(start W (call P \"a\") n:3 2026-11-20T09:00@UTC)");
  CHECK(story("start schedule m.Audit at 2026-11-20 09:00") == "(start schedule m.Audit 2026-11-20T09:00)");
  CHECK(story("Market calls m.Offers.optIn(a: 1)") == "(calls Market m.Offers.optIn a:1)");
  CHECK(story("Market calls O.o() of version 1 at 2026-11-20 09:00 as \"acme\" and is refused") ==
        "(calls Market O.o (version 1) 2026-11-20T09:00 as acme refused)");
  CHECK(story("start route m.Counts at 2026-11-20 09:00 start sync sync at 2026-11-20 09:00") ==
        "(start route m.Counts 2026-11-20T09:00) (start sync sync 2026-11-20T09:00)");
  CHECK(story("start schedule(n: 3) at 2026-11-20 09:00") == "(start schedule n:3 2026-11-20T09:00)");
  CHECK(story("after 2 business hours\nafter until 2026-12-01 07:00") ==
        "(after (business 2 hour)) (after until 2026-12-01T07:00)");
  CHECK(story("send E(id: \"a\")") == "(send E id:\"a\")");
}

TEST_CASE("people decide") {
  CHECK(story("Boss approves gate.pricing") == "(approves Boss gate.pricing)");
  CHECK(story("Boss rejects every x for \"1\" as \"fay\" because \"no\"") ==
        "(rejects Boss every x (for \"1\") as fay \"no\")");
  CHECK(story("Boss delegates gate.pricing to \"dora\" as \"fay\"") ==
        "(delegates Boss gate.pricing (to dora) as fay)");
  CHECK(story("Boss approves p for \"1\" except for \"7\", \"8\" because \"no\"") ==
        "(approves Boss p (for \"1\") (except \"7\" \"8\") \"no\")");
  CHECK(story("Boss approves p because \"good\" except for \"7\" because bad as \"fay\"") ==
        "(approves Boss p (except \"7\") as fay \"good\" (refused bad))");
  CHECK(story("Clerk does Count for every Store") == "(does Clerk Count (for every Store))");
}

TEST_CASE("what has no name of its own is called after what it is") {
  CHECK(story("Boss approves notify.L.print.unavailable.p") ==
        "(approves Boss notify.L.print.unavailable.p)");
  CHECK(story("expect notify.L.print.unavailable.p granted") ==
        "(expect granted notify.L.print.unavailable.p)");
  CHECK(story("expect waiting at notify.L.print\nexpect waiting at throughout") ==
        "(expect waiting notify.L.print) (expect waiting throughout)");
}

TEST_CASE("systems fail, so often") {
  CHECK(story("A.b for \"1\" is rejected Locked once") == "(rejected A.b (for \"1\") Locked x1)");
  CHECK(story("A.b is unavailable 2 times\nA.b is invalid always") ==
        "(unavailable A.b x2) (invalid A.b always)");
  CHECK(story("A.b times out 2 times\nA.b answers too late once") == "(times-out A.b x2) (too-late A.b x1)");
}

TEST_CASE("expectations") {
  CHECK(story("expect gate.p asked of A, B once") == "(expect asked gate.p (of A B) x1)");
  CHECK(story("expect p granted\nexpect p rejected for \"1\"\nexpect p expired never") ==
        "(expect granted p) (expect rejected p (for \"1\")) (expect expired p x0)");
  CHECK(story("expect p reminded 2 times\nexpect p permitted\nexpect p forbidden") ==
        "(expect reminded p x2) (expect permitted p) (expect forbidden p)");
  CHECK(story("expect p refused for \"1\" once") == "(expect refused p (for \"1\") x1)");
  CHECK(story("R does T(units: 5 ea, remark: \"torn\") for \"1001\"") ==
        "(does R T units:(quantity 5 ea) remark:\"torn\" (for \"1001\"))");
  CHECK(story("expect task T of R for every Store once\nexpect no task T") ==
        "(expect task T (of R) (for every Store) x1) (expect task T x0)");
  CHECK(story("expect write A.b once\nexpect no write A.b\nexpect notify Put 3 times") ==
        "(expect write A.b x1) (expect write A.b x0) (expect notify Put x3)");
  CHECK(story("expect outcome O\nexpect fails F\nexpect waiting at a.b for \"1\"\nexpect suspended at c") ==
        "(expect outcome O) (expect fails F) (expect waiting a.b (for \"1\")) (expect suspended c)");
}

TEST_CASE("the words of a test are names everywhere else") {
  CHECK(declaration("record R { given: start, every: Int }").starts_with("(record R"));
  CHECK(declaration("function times(never: Int) -> Int = never") == "(function times [never:Int] Int never)");
  CHECK(story("expect waiting at start.once\nexpect write times.out once\nexpect outcome once") ==
        "(expect waiting start.once) (expect write times.out x1) (expect outcome once)");
}

TEST_CASE("a test that can't be read is lost alone, and its title is needed") {
  const Parsed parsed("test \"a\" {\n  expect\n}\ntest \"b\" {\n}\n");
  CHECK(parsed.tree() == "(module (error) (test \"b\"))");
  CHECK(parsed.errors() == 1);
  CHECK(declaration("test { }").find("EC0001") != std::string::npos);
}

TEST_CASE("a test says what a model answers, and whether it counted") {
  CHECK(story("given M(a: 1) answers [2, 3] with confidence 62.5%\ngiven M() answers 4") ==
        "(answers M a:1 [2 3] (confidence 62.5%)) (answers M 4)");
  CHECK(story("M is unavailable once\nM answers too late 2 times") == "(unavailable M x1) (too-late M x2)");
  CHECK(story("expect answer of M once\nexpect no alternative to M") ==
        "(expect answer M x1) (expect alternative M x0)");
}
