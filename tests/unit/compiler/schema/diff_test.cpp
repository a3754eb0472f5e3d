// What changed between two metadata files, and whom it hurts.
#include "compiler/schema/diff.h"

#include <sstream>

#include "tests/unit/compiler/schema/project_fixture.h"

namespace endcap::test {
namespace {

using schema::Change;
using schema::Impact;

// The schema of a desk, with one piece of it replaced in the new file.
const std::string kDesk = R"(<EntityType Name="NoteType" s:label="A note">
  <Key><PropertyRef Name="Id"/></Key>
  <Property Name="Id" Type="Edm.String" Nullable="false" MaxLength="10"/>
  <Property Name="Title" Type="Edm.String" MaxLength="40" s:label="Title"/>
  <Property Name="Price" Type="Edm.Decimal" Precision="11" Scale="2" s:unit="Currency"/>
  <Property Name="Currency" Type="Edm.String" MaxLength="5" s:semantics="currency-code"/>
  <Property Name="OtherCurrency" Type="Edm.String" MaxLength="5"/>
  <Property Name="Count" Type="Edm.Int32"/>
  <NavigationProperty Name="Pages" Relationship="desk.NotePages" FromRole="Note" ToRole="Page"/>
</EntityType>
<EntityType Name="PageType"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.String"/></EntityType>
<Association Name="NotePages"><End Role="Note" Type="desk.NoteType" Multiplicity="1"/><End Role="Page" Type="desk.PageType" Multiplicity="*"/></Association>
<EntityContainer Name="Desk" m:IsDefaultEntityContainer="true">
  <EntitySet Name="Notes" EntityType="desk.NoteType"/>
  <EntitySet Name="Pages" EntityType="desk.PageType"/>
  <FunctionImport Name="Tear" m:HttpMethod="POST"><Parameter Name="Id" Type="Edm.String" MaxLength="10"/></FunctionImport>
</EntityContainer>)";

std::vector<Change> changes_between(const std::string& before, const std::string& after) {
  ProjectFixture one, two;
  auto old_model = one.import(before), new_model = two.import(after);
  REQUIRE(old_model);
  REQUIRE(new_model);
  return schema::diff(*old_model, *new_model);
}

std::vector<Change> replaced(const std::string& text, const std::string& by) {
  std::string changed = kDesk;
  const size_t at = changed.find(text);
  REQUIRE(at != changed.npos);
  changed.replace(at, text.size(), by);
  return changes_between(edmx(kDesk), edmx(changed));
}

// "property NoteType/Title: MaxLength 40 -> 60 (widened), reading breaking, writing compatible"
std::string told(const Change& change) {
  std::ostringstream text;
  text << schema::describe(change) << ", reading " << word(change.reading) << ", writing "
       << word(change.writing);
  return text.str();
}

std::vector<std::string> told(const std::vector<Change>& changes) {
  std::vector<std::string> result;
  for (const Change& change : changes) result.push_back(told(change));
  return result;
}

std::string only(const std::vector<Change>& changes) {
  std::string all;
  for (const Change& change : changes) all += "\n  " + told(change);
  INFO("changes:" << all);
  REQUIRE(changes.size() == 1);
  return told(changes.front());
}

}  // namespace

TEST_SUITE("differences between two metadata files") {
  TEST_CASE("a file does not differ from itself") {
    CHECK(changes_between(edmx(kDesk), edmx(kDesk)).empty());
  }

  TEST_CASE("a shorter text breaks writes, a longer one breaks reads") {
    CHECK(only(replaced("MaxLength=\"40\"", "MaxLength=\"30\"")) ==
          "property NoteType/Title: MaxLength 40 -> 30 (narrowed), reading compatible, writing breaking");
    CHECK(only(replaced("MaxLength=\"40\"", "MaxLength=\"60\"")) ==
          "property NoteType/Title: MaxLength 40 -> 60 (widened), reading breaking, writing compatible");
    CHECK(only(replaced(" MaxLength=\"40\"", "")) ==
          "property NoteType/Title: MaxLength 40 -> none (widened), reading breaking, writing compatible");
  }

  TEST_CASE("digits are compared on both sides of the point") {
    CHECK(only(replaced("Precision=\"11\" Scale=\"2\"", "Precision=\"12\" Scale=\"3\"")) ==
          "property NoteType/Price: Scale 2 -> 3 (widened), reading breaking, writing compatible");
    CHECK(only(replaced("Precision=\"11\"", "Precision=\"9\"")) ==
          "property NoteType/Price: Precision 11 -> 9 (narrowed), reading compatible, writing breaking");
  }

  TEST_CASE("digits that move over the point are one change, of the scale") {
    const auto longer = replaced("Scale=\"2\"", "Scale=\"3\"");
    CHECK(only(longer) ==
          "property NoteType/Price: Scale 2 -> 3 (widened; 9 -> 8 digits before the point), reading "
          "breaking, writing breaking");
    CHECK(longer.front().why ==
          "a number with more decimal places may not fit where it is read into, and one with more digits "
          "before the point is refused when it is written");
    const auto shorter = replaced("Scale=\"2\"", "Scale=\"1\"");
    CHECK(only(shorter) ==
          "property NoteType/Price: Scale 2 -> 1 (narrowed; 9 -> 10 digits before the point), reading "
          "breaking, writing breaking");
    CHECK(shorter.front().why ==
          "a number with more decimal places is refused when it is written, and one with more digits before "
          "the point may not fit where it is read into");
    // Where both changed, both are told.
    CHECK(
        told(replaced("Precision=\"11\" Scale=\"2\"", "Precision=\"10\" Scale=\"3\"")) ==
        std::vector<std::string>{
            "property NoteType/Price: Scale 2 -> 3 (widened), reading breaking, writing compatible",
            "property NoteType/Price: Precision 11 -> 10 (narrowed), reading compatible, writing breaking"});
  }

  TEST_CASE("whole numbers may grow, other types are not compared") {
    CHECK(only(replaced("Edm.Int32", "Edm.Int64")) ==
          "property NoteType/Count: type Edm.Int32 -> Edm.Int64 (widened), reading compatible, writing "
          "compatible");
    CHECK(only(replaced("Edm.Int32", "Edm.Int16")) ==
          "property NoteType/Count: type Edm.Int32 -> Edm.Int16 (narrowed), reading compatible, writing "
          "breaking");
    CHECK(
        only(replaced("Edm.Int32", "Edm.Guid")) ==
        "property NoteType/Count: type Edm.Int32 -> Edm.Guid (changed), reading breaking, writing breaking");
  }

  TEST_CASE("the property with the currency is part of what an amount means") {
    const auto changes = replaced("s:unit=\"Currency\"", "s:unit=\"OtherCurrency\"");
    REQUIRE_FALSE(changes.empty());
    CHECK(told(changes.front()) ==
          "property NoteType/Price: unit Currency -> OtherCurrency (changed), reading breaking, writing "
          "breaking");
  }

  TEST_CASE("a label is a note") {
    CHECK(only(replaced("s:label=\"Title\"", "s:label=\"Heading\"")) ==
          "property NoteType/Title: label Title -> Heading (changed), reading note, writing note");
    CHECK(only(replaced("s:label=\"Title\"", "s:label=\"Title\" s:heading=\"T\"")) ==
          "property NoteType/Title: annotations none -> sap:heading=T (changed), reading note, writing note");
  }

  TEST_CASE("presence, nullability and permissions") {
    CHECK(only(replaced("<Property Name=\"Count\" Type=\"Edm.Int32\"/>", "")) ==
          "property NoteType/Count removed, reading breaking, writing breaking");
    CHECK(only(replaced("<NavigationProperty",
                        "<Property Name=\"Mood\" Type=\"Edm.String\"/><NavigationProperty")) ==
          "property NoteType/Mood added, reading compatible, writing compatible");
    CHECK(only(replaced(
              "<NavigationProperty",
              "<Property Name=\"Mood\" Type=\"Edm.String\" Nullable=\"false\"/><NavigationProperty")) ==
          "property NoteType/Mood added, reading compatible, writing breaking");
    CHECK(only(replaced("Type=\"Edm.Int32\"", "Type=\"Edm.Int32\" Nullable=\"false\"")) ==
          "property NoteType/Count: Nullable true -> false (narrowed), reading compatible, writing breaking");
    CHECK(only(replaced("Type=\"Edm.Int32\"", "Type=\"Edm.Int32\" s:updatable=\"false\"")) ==
          "property NoteType/Count: updatable true -> false (narrowed), reading none, writing breaking");
    CHECK(only(replaced("EntityType=\"desk.NoteType\"",
                        "EntityType=\"desk.NoteType\" s:creatable=\"false\"")) ==
          "entity set Notes: creatable true -> false (narrowed), reading none, writing breaking");
    CHECK(only(replaced("Type=\"Edm.Int32\"", "Type=\"Edm.Int32\" s:filterable=\"false\"")) ==
          "property NoteType/Count: filterable true -> false (narrowed), reading breaking, writing none");
  }

  TEST_CASE("navigations, keys and sets") {
    CHECK(
        only(replaced("Multiplicity=\"*\"", "Multiplicity=\"0..1\"")) ==
        "navigation NoteType/Pages: multiplicity many -> one (changed), reading breaking, writing breaking");
    CHECK(told(replaced("<PropertyRef Name=\"Id\"/>", "<PropertyRef Name=\"Title\"/>")).front() ==
          "entity type NoteType: key Id -> Title (changed), reading breaking, writing breaking");
    CHECK(only(replaced("<EntitySet Name=\"Pages\" EntityType=\"desk.PageType\"/>", "")) ==
          "entity set Pages removed, reading breaking, writing breaking");
  }

  TEST_CASE("an operation's parameters are written, never read") {
    CHECK(only(replaced("Type=\"Edm.String\" MaxLength=\"10\"/></FunctionImport>",
                        "Type=\"Edm.String\" MaxLength=\"8\"/></FunctionImport>")) ==
          "parameter Tear/Id: MaxLength 10 -> 8 (narrowed), reading none, writing breaking");
    CHECK(
        only(replaced("</FunctionImport>",
                      "<Parameter Name=\"Why\" Type=\"Edm.String\" Nullable=\"false\"/></FunctionImport>")) ==
        "parameter Tear/Why added, reading breaking, writing breaking");
    CHECK(only(replaced("m:HttpMethod=\"POST\"", "m:HttpMethod=\"GET\"")) ==
          "operation Tear: call function import POST -> function import GET (changed), reading breaking, "
          "writing breaking");
  }

  TEST_CASE("a renamed namespace is a note, not a new file") {
    std::string renamed = edmx(kDesk);
    for (size_t at = 0; (at = renamed.find("\"desk", at)) != renamed.npos; at += 5)
      renamed.replace(at, 5, "\"bureau");
    const auto changes = changes_between(edmx(kDesk), renamed);
    REQUIRE(changes.size() == 2);
    CHECK(
        told(changes[0]) ==
        "entity type NoteType: name desk.NoteType -> bureau.NoteType (changed), reading note, writing none");
  }

  TEST_CASE("version 4: enums, definitions and overloads") {
    const std::string before =
        R"x(<EnumType Name="Mood"><Member Name="calm" Value="0"/><Member Name="cross" Value="1"/></EnumType>
<TypeDefinition Name="Code" UnderlyingType="Edm.String" MaxLength="4"/>
<EntityType Name="Note"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="desk.Code" Nullable="false"/></EntityType>
<Action Name="Tear" IsBound="true"><Parameter Name="note" Type="desk.Note"/></Action>
<Action Name="Tear" IsBound="true"><Parameter Name="notes" Type="Collection(desk.Note)"/></Action>)x";
    auto edited = [&](const std::string& text, const std::string& by) {
      std::string after = before;
      const size_t at = after.find(text);
      REQUIRE(at != after.npos);
      return changes_between(csdl4(before), csdl4(after.replace(at, text.size(), by)));
    };
    CHECK(only(edited("<Member Name=\"cross\" Value=\"1\"/>", "")) ==
          "enum value Mood/cross removed, reading compatible, writing breaking");
    CHECK(only(edited("</EnumType>", "<Member Name=\"glad\" Value=\"2\"/></EnumType>")) ==
          "enum value Mood/glad added, reading breaking, writing compatible");
    CHECK(only(edited("MaxLength=\"4\"", "MaxLength=\"6\"")) ==
          "property Note/Id: MaxLength 4 -> 6 (widened), reading breaking, writing compatible");
    CHECK(only(edited("<Action Name=\"Tear\" IsBound=\"true\"><Parameter Name=\"notes\" "
                      "Type=\"Collection(desk.Note)\"/></Action>",
                      "")) == "operation desk.Tear removed, reading breaking, writing breaking");
  }

  TEST_CASE("a change points into both files") {
    ProjectFixture one, two;
    std::string longer = kDesk;
    longer.replace(longer.find("MaxLength=\"40\""), 14, "MaxLength=\"60\"");
    auto before = one.import(edmx(kDesk)), after = two.import(edmx(longer));
    const auto changes = schema::diff(*before, *after);
    REQUIRE(changes.size() == 1);
    CHECK(one.sources.text(changes[0].before_span) == "Title");
    CHECK(two.sources.text(changes[0].after_span) == "Title");
    CHECK(two.sources.line_column(before->source, changes[0].after_span.begin).line == 8);
  }
}

// Real files, edited as an upgrade would: they are not part of the repository, and absent elsewhere.
TEST_SUITE("differences between real metadata files") {
  const std::filesystem::path kFolder = std::filesystem::path(ENDCAP_SOURCE_DIR) / "../shared/erp/sap";

  bool absent() {
    if (std::filesystem::is_directory(kFolder)) return false;
    MESSAGE("not here, skipped: ../shared/erp/sap");
    return true;
  }

  std::string real(const std::string& name) {
    std::ifstream file(kFolder / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  TEST_CASE("no real file differs from itself") {
    if (absent()) return;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
      const std::string text = real(entry.path().filename().string());
      CAPTURE(entry.path());
      CHECK(changes_between(text, text).empty());
    }
  }

  TEST_CASE("one edit of a real file is one change") {
    if (absent()) return;
    const std::string text = real("API_SLSPRICINGCONDITIONRECORD_SRV.2026-02.edmx");
    const std::string property = "<Property Name=\"ConditionRateValue\"";
    const size_t at = text.find(property);
    REQUIRE(at != text.npos);
    const size_t scale = text.find("Scale=\"", at);
    REQUIRE(scale < text.find("/>", at));
    std::string edited = text;
    edited.replace(scale, 8, "Scale=\"9");
    const auto changes = changes_between(text, edited);
    REQUIRE_FALSE(changes.empty());
    CHECK(changes[0].aspect == Change::Aspect::Scale);
    CHECK(changes[0].name == "ConditionRateValue");
    CHECK(changes[0].impact() == Impact::Breaking);
    for (const Change& change : changes) CHECK(change.name == "ConditionRateValue");
  }

  TEST_CASE("a property that is gone and a set that can't be updated") {
    if (absent()) return;
    const std::string text = real("API_PRODUCT_SRV.2020-12.edmx");
    std::string edited = text;
    const size_t at = edited.find("<Property Name=\"ProductGroup\"");
    REQUIRE(at != edited.npos);
    edited.replace(at, std::string("<Property Name=\"ProductGroup\"").size(),
                   "<Property Name=\"ProductKind\"");
    const auto changes = changes_between(text, edited);
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].kind == Change::Kind::Removed);
    CHECK(changes[1].kind == Change::Kind::Added);
    CHECK(changes[1].name == "ProductKind");
  }
}

}  // namespace endcap::test
