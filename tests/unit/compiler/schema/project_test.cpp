// A project's own files: what is read, and what is said about mistakes in them.
#include <algorithm>

#include "compiler/schema/file.h"
#include "compiler/schema/project_parts.h"
#include "tests/unit/compiler/schema/project_fixture.h"

namespace endcap::test {

namespace {

const std::string kSchema = edmx(
    R"(<EntityType Name="Note"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.String"/></EntityType>)");

const std::string kSettings = R"([project]
name = "desk"
sources = ["*.endcap", "parts/**/*.endcap"]

[systems.desk]
schema = "desk.edmx"
url = "http://127.0.0.1:1/desk"
timeout = "250 ms"
attempts = 3
password_env = "DESK_PASSWORD"

[roles]
Clerk = ["cleo", "carl"]

[calendars."au.trading"]
zone = "Australia/Sydney"
days = ["Mon", "Sat"]
open = "08:30"
close = "17:00"
holidays = ["2026-12-25", 2027-01-01]
version = 4
)";

// A project with everything in place, and one line of endcap.toml replaced.
struct DeskProject : ProjectFixture {
  DeskProject() {
    write("desk.edmx", kSchema);
    write("notes.endcap", "module notes\n");
    write("parts/deep/more.endcap", "module more\n");
    write("parts/.hidden/not.endcap", "module hidden\n");
    settings(kSettings);
  }
  void settings(const std::string& text) { write("endcap.toml", text); }
  void replaced(const std::string& line, const std::string& by) {
    std::string text = kSettings;
    size_t at = text.find(line);
    REQUIRE(at != text.npos);
    settings(text.replace(at, line.size(), by));
  }
  void pin() {
    Project project = load();
    std::string error;
    REQUIRE_MESSAGE(write_lock(project, error), error);
  }
};

}  // namespace

TEST_SUITE("a project") {
  TEST_CASE("is read with its sources, systems, roles and calendars") {
    DeskProject desk;
    desk.pin();
    Project project = desk.load();
    CHECK(desk.diagnostics.all().empty());
    CHECK(project.name == "desk");
    REQUIRE(project.sources.size() == 2);
    CHECK(desk.sources.file(project.sources[0]).path == "notes.endcap");
    CHECK(desk.sources.file(project.sources[1]).path == "parts/deep/more.endcap");
    auto& system = project.systems.at(0);
    CHECK(system.schema->find_type("desk.Note"));
    CHECK(system.connector == "odata");
    CHECK(system.timeout == kSecond / 4);
    CHECK(system.attempts == 3);
    CHECK(system.password_env == "DESK_PASSWORD");
    CHECK(project.roles.at(0).people == std::vector<std::string>{"cleo", "carl"});
    auto& calendar = project.calendars.at(0);
    CHECK(calendar.name == "au.trading");
    CHECK(calendar.working == std::array<bool, 7>{true, false, false, false, false, true, false});
    CHECK(calendar.open == 8 * 3600 + 1800);
    CHECK(calendar.holidays.size() == 2);
    CHECK(calendar.version == 4);
  }

  TEST_CASE("says what people answer for in a role that is narrowed") {
    DeskProject desk;
    desk.pin();
    desk.replaced("[calendars.", "[scopes.Clerk]\ncleo = [\"NSW\", \"ACT\"]\ncarl = [\"*\"]\n[calendars.");
    const Project project = desk.load();
    CHECK(desk.diagnostics.all().empty());
    const auto& scopes = project.roles.at(0).scopes;
    CHECK(scopes.at("cleo") == std::vector<std::string>{"NSW", "ACT"});
    CHECK(scopes.at("carl") == std::vector<std::string>{"*"});
    desk.replaced("[calendars.", "[scopes.Clark]\ncleo = [\"NSW\"]\n[calendars.");
    desk.load();
    CHECK(desk.only(DiagnosticKind::ProjectValueInvalid) == "`Clark` must be a role that stands in [roles]");
    desk.replaced("[calendars.", "[scopes.Clerk]\ncleo = \"NSW\"\n[calendars.");
    desk.load();
    CHECK(desk.only(DiagnosticKind::ProjectValueInvalid) == "`cleo` must be a list such as [\"a\", \"b\"]");
  }

  TEST_CASE("says who is away, until when, and who decides in their place") {
    DeskProject desk;
    desk.pin();
    const auto away = [&](const std::string& lines) {
      desk.replaced("[calendars.", "[[absences]]\n" + lines + "\n[calendars.");
      return desk.load();
    };
    const std::string whole =
        "person = \"cleo\"\ncover = \"carl\"\nfrom = 2026-12-21\nuntil = \"2026-12-22\"\nzone = "
        "\"Australia/Sydney\"";
    const Project project = away(whole);
    CHECK(desk.diagnostics.all().empty());
    REQUIRE(project.absences.size() == 1);
    CHECK(project.absences[0].person == "cleo");
    CHECK(project.absences[0].cover == "carl");
    CHECK(instant_to_text(project.absences[0].from) == "2026-12-20T13:00:00Z");
    CHECK(instant_to_text(project.absences[0].until) ==
          "2026-12-22T13:00:00Z");  // the last day is one of them
    const auto problem = [&](std::string part, const std::string& by, DiagnosticKind kind) {
      std::string lines = whole;
      lines.replace(lines.find(part), part.size(), by);
      away(lines);
      return desk.only(kind);
    };
    const auto invalid = DiagnosticKind::ProjectValueInvalid;
    CHECK(problem("cover = \"carl\"\n", "", DiagnosticKind::ProjectKeyMissing) ==
          "[[absences]] has no `cover`");
    CHECK(problem("from = 2026-12-21\n", "", DiagnosticKind::ProjectKeyMissing) ==
          "[[absences]] has no `from`");
    CHECK(problem("2026-12-21", "\"soon\"", invalid) == "`from` must be a date such as 2026-12-25");
    CHECK(problem("2026-12-21", "2026-12-23", invalid) ==
          "`until` must be the last day of it, not one before `from`");
    CHECK(problem("\"carl\"", "\"cleo\"", invalid) == "`cover` must be somebody else");
    CHECK(problem("\"carl\"", "\"dora\"", invalid) == "`cover` must be somebody who has a role in [roles]");
    CHECK(problem("Australia/Sydney", "Sydney", invalid) ==
          "`zone` must be a time zone such as \"Australia/Sydney\"");
    away(whole + "\n[[absences]]\n" + whole);
    CHECK(desk.only(invalid) == "`from` must be outside of the other absences of cleo");
  }

  TEST_CASE("says for how many days what has ended is kept; without it, for ever") {
    DeskProject desk;
    desk.pin();
    const auto kept = [&](const std::string& keep) {
      desk.replaced("[calendars.", "[history]\nkeep = " + keep + "\n[calendars.");
      return desk.load().keep_history;
    };
    CHECK(kept("\"400 days\"") == 400 * kDay);
    CHECK(kept("\"1 day\"") == kDay);
    CHECK(desk.diagnostics.all().empty());
    kept("\"36 h\"");
    CHECK(desk.only(DiagnosticKind::ProjectValueInvalid) == "`keep` must be whole days such as \"400 days\"");
    kept("400");
    CHECK(desk.only(DiagnosticKind::ProjectValueInvalid).starts_with("`keep` must be a duration such as"));
    desk.replaced("[calendars.", "[calendars.");
    CHECK_FALSE(desk.load().keep_history.has_value());
  }

  TEST_CASE("has the sheets of its folder `data`, or those that it names") {
    DeskProject desk;
    const auto sheets = [&] {
      std::vector<std::string> paths;
      const Project project = desk.load();
      for (const SourceId sheet : project.data) paths.push_back(desk.sources.file(sheet).path);
      return paths;
    };
    CHECK(sheets().empty());
    desk.write("data/b.csv", "x\n1\n");
    desk.write("data/a.csv", "x\n1\n");
    desk.write("thresholds/c.csv", "x\n1\n");
    CHECK(sheets() == std::vector<std::string>{"data/a.csv", "data/b.csv"});
    desk.replaced("name = \"desk\"", "name = \"desk\"\ndata = [\"thresholds/*.csv\"]");
    CHECK(sheets() == std::vector<std::string>{"thresholds/c.csv"});
    desk.replaced("name = \"desk\"", "name = \"desk\"\ndata = [\"none/*.csv\"]");
    CHECK(sheets().empty());
    CHECK(desk.kinds() == Kinds{DiagnosticKind::ProjectNoSources, DiagnosticKind::LockMissing});
  }

  TEST_CASE("says where advisors answer, and which of them are switched off") {
    DeskProject desk;
    desk.pin();
    const std::string advisors =
        "[advisors.Uplift]\nurl = \"https://models.test/uplift\"\ntoken_env = \"UPLIFT\"\n"
        "[advisors.Basket]\nurl = \"http://127.0.0.1:1/basket\"\nenabled = false\n";
    desk.replaced("[roles]", advisors + "[roles]");
    const Project project = desk.load();
    CHECK(desk.diagnostics.all().empty());
    REQUIRE(project.advisors.size() == 2);
    const auto& uplift = project.advisors[project.advisors[0].name == "Uplift" ? 0 : 1];
    CHECK(uplift.url == "https://models.test/uplift");
    CHECK(uplift.token_env == "UPLIFT");
    CHECK(uplift.enabled);
    const auto& basket = project.advisors[project.advisors[0].name == "Uplift" ? 1 : 0];
    CHECK_FALSE(basket.enabled);
    const auto problem = [&](const std::string& by, DiagnosticKind kind) {
      desk.replaced("[roles]", by + "\n[roles]");
      desk.load();
      return desk.only(kind);
    };
    CHECK(problem("[advisors.Uplift]", DiagnosticKind::ProjectKeyMissing) ==
          "[advisors.Uplift] has no `url`");
    CHECK(problem("[advisors.Uplift]\nurl = \"models\"", DiagnosticKind::ProjectValueInvalid) ==
          "`url` must be an address that starts with http:// or https://");
    CHECK(problem("[advisors.Uplift]\nurl = \"http://a\"\nenabled = \"no\"",
                  DiagnosticKind::ProjectValueInvalid) == "`enabled` must be true or false");
    CHECK(problem("[advisors.Uplift]\nurl = \"http://a\"\ntoken = \"x\"",
                  DiagnosticKind::ProjectValueInvalid) == "`token` must be left out: a project is shared");
  }

  TEST_CASE("says which partners there are, by what they prove it and what they answer for") {
    DeskProject desk;
    desk.pin();
    const auto partners = [&](const std::string& by) {
      desk.replaced("[roles]", by + "\n[roles]");
      return desk.load().partners;
    };
    const auto found = partners(
        "[partners.Market.acme]\ntoken_env = \"ACME\"\nfor = [\"A\", \"B\"]\n"
        "[partners.Carrier.dhx]\ntoken_env = \"DHX\"");
    CHECK(desk.diagnostics.all().empty());
    REQUIRE(found.size() == 2);
    const PartnerConfig& acme = found[found[0].name == "acme" ? 0 : 1];
    CHECK(acme.partner == "Market");
    CHECK(acme.token_env == "ACME");
    REQUIRE(acme.scopes.size() == 2);
    CHECK(acme.scopes[1].first == "B");
    const auto problem = [&](const std::string& by, DiagnosticKind kind) {
      partners(by);
      return desk.only(kind);
    };
    CHECK(problem("[partners.Market.acme]", DiagnosticKind::ProjectKeyMissing) ==
          "[partners.Market.acme] has no `token_env`");
    CHECK(problem("[partners.Market.acme]\ntoken_env = \"A\"\ntoken = \"secret\"",
                  DiagnosticKind::ProjectValueInvalid) == "`token` must be left out: a project is shared");
    CHECK(problem("[partners.Market.acme]\ntoken_env = \"A\"\nfor = \"ACME\"",
                  DiagnosticKind::ProjectValueInvalid) == "`for` must be a list such as [\"a\", \"b\"]");
    CHECK(problem("[partners.Market]\nacme = 1", DiagnosticKind::ProjectValueInvalid) ==
          "`acme` must be a table: [acme]");
  }

  TEST_CASE("a joint calendar works when all of them work, at its own hours") {
    DeskProject desk;
    desk.settings(std::string(kSettings) + R"(
[calendars."nz"]
zone = "Pacific/Auckland"
holidays = ["2026-02-06"]

[calendars."tasman"]
zone = "UTC"
open = "01:00"
joint_with = ["au.trading", "nz"]
)");
    const Project project = desk.load();
    REQUIRE(project.calendars.size() == 3);
    const Calendar& tasman = project.calendars[2];
    CHECK(tasman.name == "tasman");
    CHECK(tasman.zone == "UTC");
    CHECK(tasman.open == 3600);
    CHECK(tasman.working == std::array<bool, 7>{true, false, false, false, false, false, false});
    CHECK(tasman.holidays.size() == 3);
    CHECK(project.calendars[1].holidays.size() == 1);
  }

  TEST_CASE("a calendar says its hours day by day, with breaks and single dates") {
    DeskProject desk;
    desk.settings(std::string(kSettings) + R"(
[calendars.shop]
zone = "Australia/Sydney"
holidays = ["2026-12-25"]

[calendars.shop.hours]
Mon = "09:00-17:30"
Thu = "09:00-21:00"
Sat = ["09:00-12:00", "13:00-16:00"]
2026-12-24 = "09:00-12:00"
2026-12-20 = "10:00-16:00"

[calendars.both]
zone = "Australia/Sydney"
joint_with = ["shop"]
)");
    const Project project = desk.load();
    REQUIRE(project.calendars.size() == 3);
    const Calendar& shop = project.calendars[2].name == "shop" ? project.calendars[2] : project.calendars[1];
    const auto date = [](const char* text) { return date_from_text(text).value(); };
    CHECK(shop.working == std::array<bool, 7>{true, false, false, true, false, true, false});
    CHECK(hours_of(shop, date("2026-11-26")).at(0).to == 21 * 3600);
    CHECK(hours_of(shop, date("2026-11-28")).size() == 2);
    CHECK(hours_of(shop, date("2026-12-24")).at(0).to == 12 * 3600);
    CHECK(is_working_day(shop, date("2026-12-20")));  // a Sunday
    CHECK_FALSE(is_working_day(shop, date("2026-12-27")));
    const auto both = std::ranges::find(project.calendars, "both", &Calendar::name);
    REQUIRE(both != project.calendars.end());
    CHECK_FALSE(is_working_day(*both, date("2026-12-20")));  // its own days are Monday to Friday
    CHECK(is_working_day(*both, date("2026-12-24")));
    CHECK(hours_of(*both, date("2026-12-24")).at(0).to == 17 * 3600);  // its own hours
    CHECK_FALSE(is_working_day(*both, date("2026-11-24")));            // a Tuesday
  }

  TEST_CASE("hours that say two things, or none, are told") {
    const auto problem = [](const std::string& hours, DiagnosticKind kind) {
      DeskProject desk;
      desk.settings(std::string(kSettings) + "\n[calendars.shop]\nzone = \"UTC\"\n" + hours);
      desk.pin();
      desk.load();
      return desk.only(kind);
    };
    const std::string must =
        "` must be opening hours such as \"09:00-17:30\", or [\"09:00-12:00\", "
        "\"13:00-16:00\"], in order and with a break between them";
    const auto invalid = DiagnosticKind::ProjectValueInvalid;
    CHECK(problem("[calendars.shop.hours]\nMon = \"9 to 5\"\nTue = \"09:00-17:00\"", invalid) ==
          "`Mon" + must);
    CHECK(problem("[calendars.shop.hours]\nMon = \"17:00-09:00\"\nTue = \"09:00-17:00\"", invalid) ==
          "`Mon" + must);
    CHECK(problem("[calendars.shop.hours]\nTue = \"09:00-17:00\"\nMon = [\"09:00-12:00\", \"12:00-16:00\"]",
                  invalid) == "`Mon" + must);
    CHECK(problem("open = \"08:00\"\n[calendars.shop.hours]\nMon = \"09:00-17:00\"", invalid) ==
          "`open` must be left out: `hours` says it day by day");
    CHECK(problem("holidays = [\"2026-12-25\"]\n[calendars.shop.hours]\nMon = \"09:00-17:00\"\n"
                  "2026-12-25 = \"09:00-12:00\"",
                  invalid) ==
          "`2026-12-25` must be left out: it is a holiday too, and a holiday has no hours");
    CHECK(problem("[calendars.shop.hours]\nMon = \"09:00-17:00\"\nTu = \"09:00-17:00\"",
                  DiagnosticKind::ProjectKeyUnknown)
              .find("`Tu`") != std::string::npos);
    CHECK(problem("[calendars.shop.hours]\n2026-12-24 = \"09:00-17:00\"",
                  DiagnosticKind::CalendarNeverOpen) == "calendar shop is never open: it has no working day");
    // A day that can't be read was meant as a working day: nothing more is said.
    CHECK(problem("[calendars.shop.hours]\nMon = \"9 to 5\"", invalid) == "`Mon" + must);
    CHECK(problem("[calendars.shop.hours]\nMonn = \"09:00-17:00\"", DiagnosticKind::ProjectKeyUnknown)
              .find("`Monn`") != std::string::npos);
    CHECK(problem("days = [\"Monn\"]", invalid) ==
          "`days` must be a list of Mon, Tue, Wed, Thu, Fri, Sat, Sun");
  }

  TEST_CASE("needs an endcap.toml, and it must be TOML") {
    ProjectFixture empty;
    empty.load();
    REQUIRE(empty.kinds() == Kinds{DiagnosticKind::ProjectUnreadable});
    CHECK(empty.diagnostics.all()[0].notes.at(0).find("endcap init") != std::string::npos);
    empty.write("endcap.toml", "[project\nname = 1");
    empty.load();
    CHECK(empty.kinds() == Kinds{DiagnosticKind::ProjectNotToml});
    empty.write("endcap.toml", "name = \"\xff\"");
    empty.load();
    CHECK(empty.kinds() == Kinds{DiagnosticKind::ProjectUnreadable});
    empty.write("endcap.toml", "");
    empty.load();
    CHECK(empty.only(DiagnosticKind::ProjectKeyMissing) == "endcap.toml has no `[project]`");
  }

  TEST_CASE("says what is wrong in endcap.toml, at its place") {
    struct Case {
      const char *line, *by;
      DiagnosticKind kind;
      const char *expected, *marked;
    };
    const Case cases[] = {
        {"attempts = 3", "atempts = 3", DiagnosticKind::ProjectKeyUnknown,
         "`atempts` is not a setting of [systems.desk]", "atempts"},
        {"[roles]", "[rolls]", DiagnosticKind::ProjectKeyUnknown, "`rolls` is not a setting of endcap.toml",
         "rolls"},
        {"schema = \"desk.edmx\"\n", "", DiagnosticKind::ProjectKeyMissing, "[systems.desk] has no `schema`",
         "desk"},
        {"name = \"desk\"", "name = 4", DiagnosticKind::ProjectValueInvalid, "`name` must be text in quotes",
         "4"},
        {"attempts = 3", "attempts = 0", DiagnosticKind::ProjectValueInvalid,
         "`attempts` must be a whole number from 1 to 100", "0"},
        {"\"250 ms\"", "\"soon\"", DiagnosticKind::ProjectValueInvalid,
         "`timeout` must be a duration such as \"10 s\", \"250 ms\" or \"5 min\"", "\"soon\""},
        {"http://127.0.0.1:1/desk", "desk", DiagnosticKind::ProjectValueInvalid,
         "`url` must be an address that starts with http:// or https://", "\"desk\""},
        {"attempts = 3", "password = \"x\"", DiagnosticKind::ProjectValueInvalid,
         "`password` must be left out: a project is shared", "\"x\""},
        {"attempts = 3", "connector = \"soap\"", DiagnosticKind::ProjectValueInvalid,
         "`connector` must be \"odata\"", "\"soap\""},
        {"\"carl\"]", "7]", DiagnosticKind::ProjectValueInvalid,
         "`Clerk` must be a list of texts such as [\"a\", \"b\"]", "7"},
        {"*.endcap\", \"p", "*.flow\", \"p", DiagnosticKind::ProjectNoSources, "no file matches `*.flow`",
         "\"*.flow\""},
        {"Australia/Sydney", "Australia/Sidney", DiagnosticKind::CalendarZoneUnknown,
         "calendar au.trading: there is no time zone `Australia/Sidney`", "\"Australia/Sidney\""},
        {"\"17:00\"", "\"08:00\"", DiagnosticKind::CalendarNeverOpen,
         "calendar au.trading is never open: it closes at 08:00 and opens at 08:30", "\"08:00\""},
        {"[\"Mon\", \"Sat\"]", "[]", DiagnosticKind::CalendarNeverOpen,
         "calendar au.trading is never open: it has no working day", "[]"},
        {"version = 4", "joint_with = [\"au.tradin\"]", DiagnosticKind::ProjectValueInvalid,
         "`joint_with` must be a list of calendars that are not joint themselves", "\"au.tradin\""},
        {"version = 4", "joint_with = [\"nz\"]\n[calendars.nz]\nzone = \"UTC\"\ndays = [\"Sun\"]",
         DiagnosticKind::CalendarNeverOpen,
         "calendar au.trading is never open: no weekday is a working day in all that it is joint with",
         "\"nz\""},
        {"\"Sat\"", "\"Sta\"", DiagnosticKind::ProjectValueInvalid,
         "`days` must be a list of Mon, Tue, Wed, Thu, Fri, Sat, Sun", "\"Sta\""},
        {"\"2026-12-25\"", "\"2026-13-25\"", DiagnosticKind::ProjectValueInvalid,
         "`holidays` must be a list of dates such as \"2026-12-25\"", "\"2026-13-25\""},
        {"\"08:30\"", "\"8 o'clock\"", DiagnosticKind::ProjectValueInvalid,
         "`open` must be a time of day such as \"09:00\"", "\"8 o'clock\""},
        {"desk.edmx", "gone.edmx", DiagnosticKind::SchemaUnreadable,
         "can't read schema gone.edmx: there is no such file", "\"gone.edmx\""},
    };
    DeskProject desk;
    desk.pin();
    for (auto& one : cases) {
      CAPTURE(std::string(one.by));
      desk.replaced(one.line, one.by);
      desk.load();
      CHECK(desk.only(one.kind) == one.expected);
      CHECK(desk.marked() == one.marked);
    }
  }

  TEST_CASE("suggests the setting that was meant") {
    DeskProject desk;
    desk.pin();
    desk.replaced("attempts = 3", "atempts = 3");
    desk.load();
    REQUIRE(desk.diagnostics.all().at(0).fix);
    CHECK(desk.diagnostics.all()[0].fix->replacement == "attempts");
  }
}

TEST_SUITE("the lock file") {
  TEST_CASE("missing, it is asked for; written, the project is clean") {
    DeskProject desk;
    desk.load();
    CHECK(desk.kinds() == Kinds{DiagnosticKind::LockMissing});
    CHECK_FALSE(desk.diagnostics.has_errors());
    desk.pin();
    desk.load();
    CHECK(desk.diagnostics.all().empty());
  }

  TEST_CASE("a schema that changed is an error that names both hashes and what to do") {
    DeskProject desk;
    desk.pin();
    std::string pinned = desk.load().systems.at(0).schema->hash;
    desk.write("desk.edmx", kSchema + "<!-- upgraded -->");
    std::string now = desk.load().systems.at(0).schema->hash;
    CHECK(desk.only(DiagnosticKind::LockDifferent) ==
          "schema desk.edmx of system desk is not the one that was pinned: its hash is " + now +
              ", pinned is " + pinned);
    CHECK(desk.diagnostics.has_errors());
    CHECK(desk.diagnostics.all()[0].notes.at(0).find("endcap check --lock") != std::string::npos);
    CHECK(desk.sources.text(desk.diagnostics.all()[0].labels.at(0).span) == "\"" + pinned + "\"");
  }

  TEST_CASE("a system that is not pinned, one that is gone, and a broken file") {
    DeskProject desk;
    desk.write("endcap.lock", "[systems.other]\nschema = \"o\"\nsha256 = \"1\"\n");
    desk.load();
    CHECK(desk.kinds() == Kinds{DiagnosticKind::LockIncomplete, DiagnosticKind::LockStale});
    // The one may be the other under its old name: which schema is meant somebody has to say.
    for (const Diagnostic& each : desk.diagnostics.all()) {
      REQUIRE(each.fix);
      CHECK_FALSE(each.fix->safe);
    }
    desk.write("endcap.lock", "not toml");
    desk.load();
    CHECK(desk.kinds() == Kinds{DiagnosticKind::LockInvalid});
    std::filesystem::remove(desk.folder / "endcap.lock");
    std::filesystem::create_directory(desk.folder / "endcap.lock");
    desk.load();
    CHECK(desk.only(DiagnosticKind::LockInvalid) == "endcap.lock can't be read: it is a folder");
  }

  TEST_CASE("what is gone is taken out with its own lines, and no remark of others") {
    DeskProject desk;
    desk.pin();
    const std::string pinned = read_file(desk.folder / "endcap.lock").value();
    const std::string gone = "[systems.a]\nschema = \"o\"\nsha256 = \"1\"\n";
    const auto taken_out = [&](const std::string& text) {
      desk.write("endcap.lock", text);
      desk.load();
      desk.only(DiagnosticKind::LockStale);
      const Fix& fix = desk.diagnostics.all().at(0).fix.value();
      CHECK(fix.safe);
      return text.substr(0, fix.span.begin) + text.substr(fix.span.end);
    };
    CHECK(taken_out(gone + "\n# looked at in May\n" + pinned) == "# looked at in May\n" + pinned);
    CHECK(taken_out(pinned + gone) == pinned);
    CHECK(taken_out(pinned + gone + "\n# the last remark\n") == pinned + "# the last remark\n");
  }

  TEST_CASE("is not written for a schema that can't be read") {
    DeskProject desk;
    desk.replaced("desk.edmx", "gone.edmx");
    Project project = desk.load();
    std::string error;
    CHECK_FALSE(write_lock(project, error));
    CHECK(error == "the schema of system desk could not be read, so there is nothing to pin");
    CHECK_FALSE(std::filesystem::exists(desk.folder / "endcap.lock"));
  }
}

TEST_CASE("patterns: a star stays within a name, two stars cross folders") {
  CHECK(matches_glob("a.endcap", "*.endcap"));
  CHECK_FALSE(matches_glob("b/a.endcap", "*.endcap"));
  CHECK(matches_glob("a.endcap", "**/*.endcap"));
  CHECK(matches_glob("b/c/a.endcap", "**/*.endcap"));
  CHECK(matches_glob("b/c/a.endcap", "b/**/a.*"));
  CHECK_FALSE(matches_glob("x/c/a.endcap", "b/**/a.*"));
  CHECK(matches_glob("a1.endcap", "a?.endcap"));
  CHECK_FALSE(matches_glob("a.endcap.bak", "*.endcap"));
  CHECK_FALSE(matches_glob(std::string(2000, 'a'), std::string(40, '*') + "b"));
}

}  // namespace endcap::test
