// Tests: what people decide, how systems fail, and what is expected.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/sema/names.h"
#include "compiler/sema/schema_bounds.h"
#include "compiler/sema/test_checker.h"

namespace endcap::sema {

using Verb = ast::DecideStmt::Verb;
using What = ast::ExpectStmt::What;
using CountForm = ast::TestCount::Form;

const WorkflowNames::Asked* TestChecker::asked(const std::map<std::string, WorkflowNames::Asked>& known,
                                               const ast::QualifiedName& name, DiagnosticKind unknown) {
  const auto found = known.find(name.text());
  if (found != known.end()) return &found->second;
  with_suggestion(context_.emit(unknown, name.span, {workflow_name(), name.text()}), name.span, name.text(),
                  keys_of(known));
  return nullptr;
}

bool TestChecker::roles(const std::vector<ast::Name>& trees, const std::set<uint32_t>& allowed,
                        const std::string& what, std::vector<uint32_t>& into) {
  bool sound = true;
  for (const ast::Name& tree : trees) {
    const auto role = require_role(context_, module_, tree);
    if (role && !allowed.contains(*role)) {
      std::vector<std::string> names;
      for (const uint32_t each : allowed) names.push_back(context_.program.abi.roles[each]);
      context_.emit(DiagnosticKind::RoleNeverAsked, tree.span, {tree.text, what})
          .note(fmt::format("it is put to {}", fmt::join(names, ", ")));
    }
    sound = sound && role && allowed.contains(*role);
    if (role) into.push_back(*role);
  }
  return sound;
}

bool TestChecker::about(const std::optional<ast::About>& tree, std::optional<About>& into) {
  if (!tree) return true;
  into = About{tree->text, std::nullopt};
  if (!tree->every) return true;
  into->every = view_named(*tree->every);
  return into->every.has_value();
}

// Lines are refused by who approves the others.
bool TestChecker::excepted(const ast::DecideStmt& node, const WorkflowNames::Asked& asked,
                           std::vector<std::string>& into) {
  if (node.except.empty()) return true;
  for (const ast::Name& line : node.except) into.push_back(line.text);
  if (node.verb == Verb::Approves && asked.by_line) return true;
  context_.emit(DiagnosticKind::NoLineRefused, node.except.front().span, {node.what.text()})
      .note(asked.by_line ? "say who `approves` it, except for which lines"
                          : "its approval would have to say `by line`");
  return false;
}

// What the approval demands of who decides so, and of lines that are refused: theirs is what is said of the
// whole, or of them behind it.
bool TestChecker::reason(const ast::DecideStmt& node, const WorkflowNames::Asked& asked,
                         PersonDecides& into) {
  const bool approves = node.verb == Verb::Approves;
  const bool decides = approves || node.verb == Verb::Rejects;
  const abi::WaitPoint::Reasons wanted = decides ? asked.reasons : abi::WaitPoint::Reasons();
  const bool rejects = node.verb == Verb::Rejects || !into.except.empty();
  const Why whole{node.reason, node.choice, node.reason_span};
  const Why& refused = node.refused ? *node.refused : whole;
  const char* const refuses = approves ? "refuses lines of" : "rejects";
  const bool sound = (!approves || reason_fits(node, whole, wanted.approval, "approves")) &&
                     (!rejects || reason_fits(node, refused, wanted.rejection, refuses));
  const bool approval_listed = approves && context_.types.is(wanted.approval, Kind::Enum);
  const bool rejection_listed = rejects && context_.types.is(wanted.rejection, Kind::Enum);
  if (!sound) return false;
  return reason_listed(node, whole, approval_listed || (!node.refused && rejection_listed)) &&
         (!node.refused || reason_listed(node, refused, rejection_listed));
}

// One that goes by a name is of a list.
bool TestChecker::reason_listed(const ast::DecideStmt& node, const Why& why, bool listed) {
  if (!why.choice || listed) return true;
  context_.emit(DiagnosticKind::ReasonNotListed, why.choice->span, {node.what.text()})
      .note("say it as a text: `because \"...\"`");
  return false;
}

bool TestChecker::reason_fits(const ast::DecideStmt& node, const Why& why, TypeId wanted,
                              const char* decided) {
  if (wanted == abi::kNoType) return true;
  const std::vector<std::string> listed = context_.types[wanted].values;
  const std::string& given = why.choice ? why.choice->text : why.text;
  if (given.empty()) {
    context_.emit(DiagnosticKind::ReasonMissing, node.what.span, {decided, node.what.text()})
        .note(listed.empty() ? "say it: `because \"...\"`"
                             : fmt::format("say it: `because {}`, or another of {}", listed.front(),
                                           context_.type_name(wanted)));
    return false;
  }
  if (listed.empty()) return true;  // how long it is the engine sees
  if (why.choice && std::ranges::find(listed, given) != listed.end()) return true;
  const Span span = why.choice ? why.choice->span : why.span;
  auto& told = context_.emit(DiagnosticKind::ReasonUnknown, span, {given, decided, node.what.text()});
  told.note(fmt::format("it is one of {}", fmt::join(listed, ", ")));
  if (!node.refused && !node.except.empty())
    told.note("where lines are refused for another reason, say both: `because A except for ... because B`");
  with_suggestion(told, span, given, listed);
  return false;
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::DecideStmt& node) {
  if (!started(tree.span, "a person decides")) return std::nullopt;
  PersonDecides result{.verb = node.verb,
                       .role = 0,
                       .every = node.every,
                       .what = node.what.text(),
                       .answers = {},
                       .except = {},
                       .about = {},
                       .person = node.person.value_or(""),
                       .reason = node.choice ? node.choice->text : node.reason,
                       .remark = node.remark,
                       .refused_because = {},
                       .to = node.to};
  if (node.refused)
    result.refused_because = node.refused->choice ? node.refused->choice->text : node.refused->text;
  const bool work =
      node.verb == Verb::Does || (node.verb == Verb::Delegates && names_.tasks.contains(result.what));
  const auto* found = work ? asked(names_.tasks, node.what, DiagnosticKind::UnknownTask)
                           : asked(names_.approvals, node.what, DiagnosticKind::UnknownApproval);
  std::vector<uint32_t> decider;
  if (!about(node.about, result.about) || !found ||
      !roles({node.role}, found->deciders, result.what, decider) || !excepted(node, *found, result.except))
    return std::nullopt;
  if (node.verb != Verb::Delegates && !answers(node, *found, result.answers)) return std::nullopt;
  if (!reason(node, *found, result)) return std::nullopt;
  result.role = decider.front();
  result.work = work;
  return result;
}

std::optional<uint32_t> TestChecker::rejection(const ast::FaultStmt& node, const Symbol& subject) {
  std::vector<std::string> known;
  if (subject.kind == SymbolKind::Operation)
    known = context_.program.abi.operations[subject.index].rejections;
  const auto found = std::ranges::find(known, node.rejection->text);
  if (found != known.end()) return static_cast<uint32_t>(found - known.begin());
  with_suggestion(context_.emit(DiagnosticKind::UnknownCause, node.rejection->span,
                                {node.subject.text(), node.rejection->text}),
                  node.rejection->span, node.rejection->text, known)
      .label(subject.span, "its rejections stand here");
  return std::nullopt;
}

TestChecker::Made TestChecker::of(const ast::TestStmt&, const ast::FaultStmt& node) {
  const std::string name = node.subject.text();
  bool told = false;
  const Symbol* symbol = find_symbol(context_, module_, name, node.subject.span, &told);
  if (told || (symbol && symbol->kind == SymbolKind::Broken)) return std::nullopt;
  using Of = SystemFails::What;
  const bool advisor = symbol && symbol->kind == SymbolKind::Advisor;
  if (!symbol || (symbol->kind != SymbolKind::Operation && symbol->kind != SymbolKind::View && !advisor)) {
    with_suggestion(
        context_.emit(DiagnosticKind::UnknownOperation, node.subject.span, {name}), node.subject.span, name,
        visible_names(context_, module_, {SymbolKind::Operation, SymbolKind::View, SymbolKind::Advisor}));
    return std::nullopt;
  }
  SystemFails result{.kind = node.kind,
                     .what = advisor                            ? Of::Advisor
                             : symbol->kind == SymbolKind::View ? Of::View
                                                                : Of::Operation,
                     .target = symbol->index,
                     .about = {},
                     .rejection = 0,
                     .count = {}};
  if (!about(node.about, result.about)) return std::nullopt;
  if (node.rejection) {
    const auto found = rejection(node, *symbol);
    if (!found) return std::nullopt;
    result.rejection = *found;
  }
  if (node.count.form == CountForm::Exactly) result.count = node.count.count;
  if (result.count != 0u) return result;
  context_.emit(DiagnosticKind::BadLiteral, node.count.span,
                {"never", "number of times that something fails"});
  return std::nullopt;
}

// ---------------------------------------------------------------- values of what is expected

// By the names of the business where a parameter is sent as it is, else by those of the system.
TestChecker::Fields TestChecker::sent_fields(uint32_t operation) const {
  const OperationInfo& info = context_.operations[operation];
  const auto& fields = context_.types[context_.program.abi.operations[operation].payload].fields;
  Fields result;
  for (uint32_t i = 0; i < fields.size(); ++i) {
    const auto* local =
        i < info.payload.size() ? std::get_if<LocalRef>(&unbounded(*info.payload[i]).node) : nullptr;
    for (const Parameter& parameter : info.parameters) {
      if (local && parameter.local == local->local) result.emplace_back(parameter.name, i);
    }
    result.emplace_back(fields[i].name, i);
  }
  return result;
}

bool TestChecker::values(const Said& said, TypeId record, std::vector<TestValue>& into) {
  Fields fields;
  if (record != abi::kNoType) {
    for (uint32_t i = 0; i < context_.types[record].fields.size(); ++i)
      fields.emplace_back(context_.types[record].fields[i].name, i);
  }
  return values(said, record, fields, into);
}

bool TestChecker::values(const Said& said, TypeId record, const Fields& fields,
                         std::vector<TestValue>& into) {
  std::vector<std::string> known;
  for (const auto& [name, index] : fields) known.push_back(name);
  std::set<uint32_t> met;
  bool sound = true;
  for (const ast::Argument& argument : said.values) {
    const Span span = argument.name    ? argument.name->span
                      : argument.value ? argument.value->span
                                       : said.subject.span;
    const auto found = argument.name
                           ? std::ranges::find(fields, argument.name->text, &Fields::value_type::first)
                           : fields.end();
    if (!argument.name) {
      context_.emit(DiagnosticKind::ExpectedValueUnnamed, span, {said.subject.text()})
          .note(known.empty()
                    ? "it comes with no values"
                    : fmt::format("name it, as in `{}({}: ...)`", said.subject.text(), known.front()));
    } else if (found == fields.end()) {
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownField, span, {said.subject.text(), argument.name->text}), span,
          argument.name->text, known);
    } else if (!met.insert(found->second).second) {
      context_.emit(DiagnosticKind::GivenTwice, span, {argument.name->text});
    } else {
      const abi::Field field = context_.types[record].fields[found->second];
      if (ExprPtr value = plain(expressions_.check(argument.value, field.type))) {
        into.push_back({field.name, std::move(value)});
        continue;
      }
    }
    sound = false;
  }
  return sound;
}

// A person who does a task or counters an approval fills in its form: everything that is not optional and
// comes with no value.
bool TestChecker::answers(const ast::DecideStmt& node, const WorkflowNames::Asked& asked,
                          std::vector<TestValue>& into) {
  const bool fills_in = node.verb == Verb::Does || node.verb == Verb::Counters;
  if (node.verb == Verb::Counters && asked.forms.empty()) {
    context_.emit(DiagnosticKind::CounteredWithoutForm, node.what.span, {node.what.text()})
        .note("its approval would have to say `counter` and a record");
    return false;
  }
  if (asked.forms.empty() || !fills_in) {
    if (!node.answers.empty())
      context_.emit(DiagnosticKind::NothingToAnswer, node.what.span, {node.what.text()});
    return node.answers.empty();
  }
  const auto knows_all = [&](const WorkflowNames::Asked::Form& form) {
    return std::ranges::all_of(node.answers, [&](const ast::Argument& each) {
      const auto& fields = context_.types[form.record].fields;
      return each.name && std::ranges::find(fields, each.name->text, &abi::Field::name) != fields.end();
    });
  };
  const auto meant = std::ranges::find_if(asked.forms, knows_all);
  const auto& form = meant == asked.forms.end() ? asked.forms.front() : *meant;
  if (!values({node.what, node.answers}, form.record, into)) return false;
  const std::vector<abi::Field> fields = context_.types[form.record].fields;
  bool sound = true;
  for (uint32_t i = 0; i < fields.size(); ++i) {
    const bool answered = std::ranges::find(into, fields[i].name, &TestValue::field) != into.end();
    if (answered || form.prefilled.contains(i) || context_.types.is(fields[i].type, Kind::Optional)) continue;
    context_.emit(DiagnosticKind::AnswerMissing, node.what.span, {node.what.text(), fields[i].name})
        .note(fmt::format("answer it: `{} {}({}: ...)`", node.verb == Verb::Does ? "does" : "counters",
                          node.what.text(), fields[i].name));
    sound = false;
  }
  return sound;
}

bool TestChecker::call(const ast::ExpectStmt& node, abi::OperationClass wanted, Expectation& into) {
  const Symbol* symbol =
      require_symbol(context_, module_, node.subject.text(), node.subject.span, SymbolKind::Operation);
  if (!symbol) return false;
  into.operation = symbol->index;
  const abi::Operation& operation = context_.program.abi.operations[symbol->index];
  if (operation.operation_class == wanted)
    return values({node.subject, node.values}, operation.payload, sent_fields(symbol->index), into.values);
  constexpr const char* kNames[] = {"read", "notify", "write"};
  context_
      .emit(DiagnosticKind::WrongClass, node.subject.span,
            {operation.name, kNames[static_cast<size_t>(operation.operation_class)],
             kNames[static_cast<size_t>(wanted)]})
      .label(symbol->span, "declared here");
  return false;
}

// A route, or a sync.
const Symbol* TestChecker::carrier_named(const ast::QualifiedName& name) {
  bool told = false;
  const Symbol* symbol = find_symbol(context_, module_, name.text(), name.span, &told);
  if (told || (symbol && (symbol->kind == SymbolKind::Route || symbol->kind == SymbolKind::Sync)))
    return symbol;
  return require_symbol(context_, module_, name.text(), name.span, SymbolKind::Route);
}

// Whether what is expected can happen at all in the workflow that was started.
bool TestChecker::subject(const ast::ExpectStmt& node, Expectation& into) {
  const std::string& name = into.subject;
  switch (node.what) {
    case What::Task: {
      const auto* found = asked(names_.tasks, node.subject, DiagnosticKind::UnknownTask);
      return found && roles(node.roles, found->roles, name, into.roles) &&
             values(node, found->arguments, into);
    }
    case What::Write:
      return call(node, abi::OperationClass::Write, into);
    case What::Notify:
      return call(node, abi::OperationClass::Notify, into);
    case What::Raised:
    case What::Resolved:
    case What::Lapsed: {
      const Symbol* symbol =
          require_symbol(context_, module_, name, node.subject.span, SymbolKind::Exception);
      if (!symbol) return false;
      into.workflow = symbol->index;
      if (names_.exceptions.contains(symbol->index)) return true;
      context_.emit(DiagnosticKind::NeverRaised, node.subject.span, {workflow_name(), name})
          .label(symbol->span, "declared here");
      return false;
    }
    case What::Held: {
      const Symbol* symbol = carrier_named(node.subject);
      if (symbol)
        into.carrier = symbol->kind == SymbolKind::Sync ? context_.program.abi.syncs[symbol->index].name
                                                        : context_.program.abi.routes[symbol->index].name;
      return symbol != nullptr;
    }
    case What::Answer:
    case What::Alternative: {
      const Symbol* symbol = require_symbol(context_, module_, name, node.subject.span, SymbolKind::Advisor);
      if (symbol) into.advisor = symbol->index;
      return symbol != nullptr;
    }
    case What::Outcome:
    case What::Fails: {
      const auto found = names_.outcomes.find(name);
      if (found != names_.outcomes.end() && found->second.failure == (node.what == What::Fails))
        return values(node, found->second.record, into);
      auto& diagnostic =
          context_.emit(DiagnosticKind::UnknownOutcome, node.subject.span, {workflow_name(), name});
      if (found != names_.outcomes.end()) {
        diagnostic.note(found->second.failure ? fmt::format("{0} is a failure: `expect fails {0}`", name)
                                              : fmt::format("{0} is no failure: `expect outcome {0}`", name));
      } else {
        with_suggestion(diagnostic, node.subject.span, name, keys_of(names_.outcomes));
      }
      return false;
    }
    case What::Late:
      if (names_.dues.contains(name)) return true;
      with_suggestion(context_.emit(DiagnosticKind::StepNotDue, node.subject.span, {workflow_name(), name}),
                      node.subject.span, name, {names_.dues.begin(), names_.dues.end()});
      return false;
    case What::Waiting:
    case What::Suspended:
      if (names_.waits.contains(name)) return true;
      with_suggestion(context_.emit(DiagnosticKind::UnknownWait, node.subject.span, {workflow_name(), name}),
                      node.subject.span, name, {names_.waits.begin(), names_.waits.end()});
      return false;
    default: {
      const auto* found = asked(names_.approvals, node.subject, DiagnosticKind::UnknownApproval);
      if (found && node.what == What::Refused && !found->by_line) {
        context_.emit(DiagnosticKind::NoLineRefused, node.subject.span, {name})
            .note("its approval would have to say `by line`");
        return false;
      }
      if (found && node.what == What::Countered && found->forms.empty()) {
        context_.emit(DiagnosticKind::CounteredWithoutForm, node.subject.span, {name})
            .note("its approval would have to say `counter` and a record");
        return false;
      }
      return found && roles(node.roles, found->roles, name, into.roles);
    }
  }
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::ExpectStmt& node) {
  // What systems are told is told by routes and syncs too; everything else is of the instance.
  const bool of_instance = node.what != What::Write && node.what != What::Notify && node.what != What::Held;
  const std::string what = "anything is expected";
  if (!(of_instance ? started(tree.span, what) : anything_started(tree.span, what))) return std::nullopt;
  Expectation result{.what = node.what,
                     .subject = node.subject.text(),
                     .values = {},
                     .operation = 0,
                     .workflow = 0,
                     .roles = {},
                     .about = {},
                     .count = {}};
  if (node.count.form == CountForm::Always) {
    context_.emit(DiagnosticKind::BadLiteral, node.count.span, {"always", "number that can be expected"});
    return std::nullopt;
  }
  if (node.count.form == CountForm::Exactly) result.count = node.count.count;
  bool sound = about(node.about, result.about);
  if (node.at) {
    result.at = any_moment(*node.at);
    sound = sound && result.at;
    const bool is_now = node.what == What::Waiting || node.what == What::Suspended || node.what == What::Held;
    if (is_now) {
      context_.emit(DiagnosticKind::ExpectedMoment, node.at->span, {"what is so now is not so at a moment"})
          .note("leave out the moment");
      return std::nullopt;
    }
  }
  return subject(node, result) && sound ? Made(std::move(result)) : std::nullopt;
}

}  // namespace endcap::sema
