// The people of endcap.toml against what policies and work ask of them.
#include "checked.h"

namespace endcap::sema {
namespace {

constexpr const char* kTwoRoles = R"(
role Chief
policy RefillGate governs Refill.order for (units: Qty<ea>) {
  | permit                      when units <= 5 ea
  | approval by Finance, Chief  when units > 5 ea
  stand in Planner for Chief
}
)";

std::function<void(Project&)> with_people(std::map<std::string, std::vector<std::string>> people) {
  return [people = std::move(people)](Project& project) {
    project.roles.clear();
    for (const auto& [role, names] : people) project.roles.push_back({role, names, {}});
  };
}

// What is said of the row that asks two roles.
std::vector<std::string> notes_of(const Checked& checked) {
  for (const Diagnostic& each : checked.diagnostics.all()) {
    if (each.kind == DiagnosticKind::NoEligibleApprover && each.arguments[0] == "RefillGate")
      return each.notes;
  }
  return {};
}

}  // namespace

TEST_CASE("people of their own for each role are enough, and stand-ins count") {
  CHECK(notes_of(Checked(kTwoRoles, with_people({{"Finance", {"fay"}}, {"Chief", {"carl"}}}))).empty());
  CHECK(notes_of(Checked(kTwoRoles, with_people({{"Finance", {"fay"}}, {"Planner", {"pia"}}}))).empty());
  CHECK(notes_of(Checked(kTwoRoles, with_people({{"Finance", {"fay", "ann"}}, {"Chief", {"fay"}}}))).empty());
}

TEST_CASE("nobody, one person for two roles, and people in conflict are not enough, and are named") {
  using Notes = std::vector<std::string>;
  CHECK(notes_of(Checked(kTwoRoles, with_people({{"Finance", {"fay"}}}))) ==
        Notes{"Chief: nobody holds it or stands in for it"});
  CHECK(notes_of(Checked(kTwoRoles, with_people({{"Finance", {"fay"}}, {"Chief", {"fay"}}}))) ==
        Notes{"Chief: fay is needed for Finance"});
  CHECK(
      notes_of(Checked(
          kTwoRoles,
          with_people({{"Finance", {"fay", "ann"}}, {"Clerk", {"ann", "fay"}}, {"Chief", {"carl"}}}))) ==
      Notes{"Finance: ann is Clerk too, which conflicts with it; fay is Clerk too, which conflicts with it"});
}

TEST_CASE("a project that names no people is told nothing") {
  const Checked checked(kTwoRoles, with_people({}));
  INFO(checked.rendered());
  CHECK_FALSE(checked.diagnostics.has_errors());
  CHECK_FALSE(checked.says(DiagnosticKind::RoleWithoutPeople));
}

TEST_CASE("who holds both sides of a conflict is told, and no error") {
  const Checked both("",
                     with_people({{"Finance", {"fay", "ann"}}, {"Clerk", {"fay"}}, {"Planner", {"pia"}}}));
  INFO(both.rendered());
  CHECK(both.says(DiagnosticKind::HoldsBothSides));
  CHECK_FALSE(both.diagnostics.has_errors());
  const Checked apart("", with_people({{"Finance", {"ann"}}, {"Clerk", {"fay"}}, {"Planner", {"pia"}}}));
  CHECK_FALSE(apart.says(DiagnosticKind::HoldsBothSides));
}

TEST_CASE("an owner of an operation whom nobody is gets no questions answered") {
  CHECK(Checked("", with_people({{"Finance", {"fay"}}, {"Planner", {"pia"}}}))
            .says(DiagnosticKind::RoleWithoutPeople));
}

}  // namespace endcap::sema
