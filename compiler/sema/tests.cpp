// Tests: what is given, and what happens in time.
#include "compiler/sema/tests.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/names.h"
#include "compiler/sema/plain.h"
#include "compiler/sema/test_checker.h"
#include "runtime/value/time.h"

namespace endcap::sema {
namespace {

std::vector<Parameter> parameters_of(const Context& context, TypeId record, Span declared) {
  std::vector<Parameter> parameters;
  for (const abi::Field& field : context.types[record].fields)
    parameters.push_back({.name = field.name, .type = field.type, .span = declared});
  return parameters;
}

std::string example_key(const Context& context, uint32_t view) {
  const abi::View& described = context.program.abi.views[view];
  std::vector<std::string> key;
  for (const uint32_t field : described.key)
    key.push_back(context.types[described.record].fields[field].name);
  return fmt::format("`{}({})`", context.views[view].tree->name.text, fmt::join(key, ", "));
}

}  // namespace

TestChecker::TestChecker(Context& context, uint32_t module, const ast::TestDecl& tree)
    : context_(context),
      module_(module),
      tree_(tree),
      scope_(context, locals_),
      expressions_(context, module, scope_) {
  test_.name = tree.title.text;
  test_.module = context.modules[module].name;
  test_.span = tree.title.span;
}

Test TestChecker::run() {
  bool expects = false;
  for (const ast::TestStmt& tree : tree_.statements) {
    const auto* calls = std::get_if<ast::CallsStmt>(&tree.node);
    expects = expects || std::holds_alternative<ast::ExpectStmt>(tree.node) || (calls && calls->refused);
    Made made = std::visit([&](const auto& node) { return of(tree, node); }, tree.node);
    if (made) test_.actions.push_back({tree.span, std::move(*made)});
  }
  if (!expects)
    context_.emit(DiagnosticKind::TestExpectsNothing, tree_.title.span)
        .note("say what must have happened: `expect outcome NAME`, `expect write OPERATION once`");
  return std::move(test_);
}

// ---------------------------------------------------------------- values

ExprPtr TestChecker::plain(ExprPtr value) {
  if (!value || is_invalid(*value)) return nullptr;
  if (!is_plain(*value)) {
    context_.emit(DiagnosticKind::TestValueNotPlain, value->span)
        .note(
            "write the value itself: a test that computes what it gives can be wrong in the same way as what "
            "it tests");
    return nullptr;
  }
  abi::Arena arena;
  if (plain_value(context_.program.abi.types, *value, arena)) return value;
  context_.emit(DiagnosticKind::NumberTooLarge, value->span, {context_.type_name(value->type)});
  return nullptr;
}

std::optional<uint32_t> TestChecker::view_named(const ast::Name& name) {
  const Symbol* symbol = require_symbol(context_, module_, name.text, name.span, SymbolKind::View);
  return symbol ? std::optional(symbol->index) : std::nullopt;
}

std::optional<EntityKey> TestChecker::entity_key(uint32_t view, const std::vector<ast::Argument>& arguments,
                                                 Span span) {
  const abi::View& described = context_.program.abi.views[view];
  const ast::Name& declared = context_.views[view].tree->name;
  std::vector<Parameter> parameters;
  for (const uint32_t field : described.key) {
    const abi::Field& key = context_.types[described.record].fields[field];
    parameters.push_back({.name = key.name, .type = key.type, .span = declared.span});
  }
  EntityKey result{.view = view, .key = {}, .span = span};
  for (ExprPtr& value : expressions_.arguments(declared.text, span, arguments, parameters, declared.span)) {
    ExprPtr key = plain(std::move(value));
    if (!key) return std::nullopt;
    result.key.push_back(std::move(key));
  }
  return result;
}

std::optional<EntityKey> TestChecker::entity(const ast::ExprPtr& tree, uint32_t view) {
  if (!tree) return std::nullopt;
  const auto* call = std::get_if<ast::CallExpr>(&tree->node);
  if (!call) {
    context_.emit(DiagnosticKind::EntityByKey, tree->span,
                  {context_.views[view].tree->name.text, example_key(context_, view)});
    return std::nullopt;
  }
  const auto named = view_named({call->callee.text(), call->callee.span});
  if (!named) return std::nullopt;
  if (*named == view) return entity_key(view, call->arguments, tree->span);
  context_.emit(DiagnosticKind::TypeMismatch, tree->span,
                {context_.views[view].tree->name.text, context_.views[*named].tree->name.text});
  return std::nullopt;
}

// ---------------------------------------------------------------- given

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::GivenStmt& node) {
  const auto view = view_named(node.view);
  if (!view) return std::nullopt;
  const abi::View& described = context_.program.abi.views[*view];
  const auto& fields = context_.types[described.record].fields;
  GivenEntity result{.view = *view, .fields = {}, .navigations = {}};
  std::map<std::string, Span> given;
  bool sound = true;
  for (const ast::GivenStmt::Field& each : node.fields) {
    const auto [first, fresh] = given.try_emplace(each.name.text, each.name.span);
    if (!fresh) {
      context_.emit(DiagnosticKind::DuplicateName, each.name.span, {each.name.text})
          .label(first->second, "given here first");
      continue;
    }
    const auto navigation = context_.views[*view].navigations.find(each.name.text);
    if (navigation != context_.views[*view].navigations.end()) {
      auto entities = given_entities(navigation->second, each);
      sound = sound && entities;
      if (entities) result.navigations.push_back(std::move(*entities));
      continue;
    }
    // The last field is the moment of reading, which nobody gives.
    const auto field = std::ranges::find(fields.begin(), fields.end() - 1, each.name.text, &abi::Field::name);
    if (field == fields.end() - 1) {
      std::vector<std::string> known;
      for (const auto& [name, index] : context_.views[*view].navigations) known.push_back(name);
      for (size_t i = 0; i + 1 < fields.size(); ++i) known.push_back(fields[i].name);
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownField, each.name.span, {node.view.text, each.name.text}),
          each.name.span, each.name.text, known)
          .label(context_.views[*view].tree->name.span, "the view is declared here");
      sound = false;
      continue;
    }
    auto made = given_field(*view, static_cast<uint32_t>(field - fields.begin()), each);
    sound = sound && made;
    if (made) result.fields.push_back(std::move(*made));
  }
  require_fields(tree, *view, given);
  return sound ? Made(std::move(result)) : std::nullopt;
}

void TestChecker::require_fields(const ast::TestStmt& tree, uint32_t view,
                                 const std::map<std::string, Span>& given) {
  const abi::View& described = context_.program.abi.views[view];
  const auto& fields = context_.types[described.record].fields;
  for (size_t i = 0; i + 1 < fields.size(); ++i) {
    if (given.contains(fields[i].name) || context_.types.is(fields[i].type, Kind::Optional)) continue;
    context_
        .emit(DiagnosticKind::MissingArgument, tree.span,
              {context_.views[view].tree->name.text, fields[i].name, context_.type_name(fields[i].type)})
        .label(context_.views[view].tree->name.span, "the view is declared here");
  }
}

std::optional<GivenEntity::Field> TestChecker::given_field(uint32_t view, uint32_t field,
                                                           const ast::GivenStmt::Field& tree) {
  const abi::Field& described = context_.types[context_.program.abi.views[view].record].fields[field];
  if (tree.every) {
    context_.emit(DiagnosticKind::TypeMismatch, tree.span,
                  {context_.type_name(described.type), "every " + tree.every->text});
    return std::nullopt;
  }
  const Origin origin{context_.views[view].tree->fields[0].span, ""};
  GivenEntity::Field result{.field = field,
                            .value = plain(expressions_.check(tree.value, described.type, origin)),
                            .last = nullptr};
  if (!result.value) return std::nullopt;
  if (!tree.last) return result;
  result.last = plain(expressions_.check(tree.last, described.type, origin));
  if (!result.last) return std::nullopt;
  const auto* from = std::get_if<TextLiteral>(&result.value->node);
  const auto* to = std::get_if<TextLiteral>(&result.last->node);
  const auto digits = [](const TextLiteral* text) {
    return text && !text->text.empty() && text->text.size() <= 9 &&
           std::ranges::all_of(text->text, [](char c) { return c >= '0' && c <= '9'; });
  };
  constexpr uint32_t kMost = 10'000;
  if (described.key && digits(from) && digits(to) && from->text.size() == to->text.size() &&
      from->text <= to->text && std::stoul(to->text) - std::stoul(from->text) < kMost)
    return result;
  const auto shown = [](const TextLiteral* text) {
    return text ? "\"" + text->text + "\"" : std::string("this");
  };
  context_
      .emit(DiagnosticKind::RangeNotCountable, cover(tree.value->span, tree.last->span),
            {shown(from), shown(to)})
      .note(described.key
                ? fmt::format(
                      "both are numbers of as many digits, as in `\"1001\" to \"1003\"`, up to {} of them",
                      kMost)
                : "only a key counts: each number is one more " + context_.views[view].tree->name.text);
  return std::nullopt;
}

std::optional<GivenEntity::Entities> TestChecker::given_entities(uint32_t navigation,
                                                                 const ast::GivenStmt::Field& tree) {
  const abi::Navigation& described = context_.program.abi.navigations[navigation];
  const uint32_t view = described.to_view;
  const std::string& name = context_.views[view].tree->name.text;
  GivenEntity::Entities result{.navigation = navigation, .every = tree.every.has_value(), .entities = {}};
  if (!described.many) {
    if (!described.required && tree.value && std::holds_alternative<ast::AbsentLit>(tree.value->node))
      return result;
    if (!tree.value || tree.last || std::holds_alternative<ast::ListExpr>(tree.value->node)) {
      context_.emit(DiagnosticKind::TypeMismatch, tree.span, {"one " + name, "something else"})
          .note(fmt::format("write `{}`", example_key(context_, view)));
      return std::nullopt;
    }
    auto key = entity(tree.value, view);
    if (!key) return std::nullopt;
    result.entities.push_back(std::move(*key));
    return result;
  }
  if (tree.every) {
    const auto every = view_named(*tree.every);
    if (every == view) return result;
    if (every) context_.emit(DiagnosticKind::TypeMismatch, tree.every->span, {name, tree.every->text});
    return std::nullopt;
  }
  const auto* list = tree.value ? std::get_if<ast::ListExpr>(&tree.value->node) : nullptr;
  if (!list || tree.last) {
    context_.emit(DiagnosticKind::TypeMismatch, tree.span, {"a list of " + name, "something else"})
        .note(fmt::format("write `[{}]` or `every {}`",
                          example_key(context_, view).substr(1, example_key(context_, view).size() - 2),
                          name));
    return std::nullopt;
  }
  for (const ast::ExprPtr& element : list->elements) {
    auto key = entity(element, view);
    if (!key) return std::nullopt;
    result.entities.push_back(std::move(*key));
  }
  return result;
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::BecomesStmt& node) {
  const auto view = view_named(node.view);
  if (!view) return std::nullopt;
  auto key = entity_key(*view, node.key, tree.span);
  const auto& fields = context_.types[context_.program.abi.views[*view].record].fields;
  std::vector<std::string> known;
  for (size_t i = 0; i + 1 < fields.size(); ++i) {
    if (!fields[i].key) known.push_back(fields[i].name);
  }
  if (std::ranges::find(known, node.field.text) == known.end()) {
    with_suggestion(
        context_.emit(DiagnosticKind::UnknownField, node.field.span, {node.view.text, node.field.text}),
        node.field.span, node.field.text, known)
        .label(context_.views[*view].tree->name.span, "the view is declared here");
    return std::nullopt;
  }
  const auto field = std::ranges::find(fields, node.field.text, &abi::Field::name);
  EntityChange result{.entity = {},
                      .field = static_cast<uint32_t>(field - fields.begin()),
                      .value = plain(expressions_.check(node.value, field->type))};
  if (!key || !result.value) return std::nullopt;
  result.entity = std::move(*key);
  return result;
}

// ---------------------------------------------------------------- start, after, send

bool TestChecker::started(Span span, const std::string& what) {
  if (workflow_) return true;
  context_.emit(DiagnosticKind::TestNotStarted, span, {what})
      .note("write `start WORKFLOW(...) at 2026-11-20 09:00 zone \"Australia/Sydney\"` above");
  return false;
}

std::string TestChecker::workflow_name() const { return context_.workflows[*workflow_].name().text; }

std::optional<Instant> TestChecker::moment(const ast::TestMoment& tree) {
  const auto at = any_moment(tree);
  if (!at) return std::nullopt;
  if (*at < reached_) {
    context_.emit(DiagnosticKind::TestTimeBackwards, tree.span).note("time in a test goes forward only");
    return std::nullopt;
  }
  reached_ = *at;
  return at;
}

// Also one that is over.
std::optional<Instant> TestChecker::any_moment(const ast::TestMoment& tree) {
  const auto date = date_from_text(tree.date);
  const auto time = time_from_text(tree.time);
  if (!date || !time) {
    context_.emit(DiagnosticKind::BadLiteral, tree.span, {tree.date + " " + tree.time, "moment"});
    return std::nullopt;
  }
  const std::string zone = tree.zone.value_or(test_.zone);
  if (zone.empty()) {
    context_.emit(DiagnosticKind::ZoneMissing, tree.span).note("say where: `zone \"Australia/Sydney\"`");
    return std::nullopt;
  }
  if (!is_zone(zone)) {
    context_.emit(DiagnosticKind::UnknownZone, tree.span, {zone});
    return std::nullopt;
  }
  if (test_.zone.empty()) test_.zone = zone;
  return instant_of(*date, *time, zone).value();
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::StartStmt& node) {
  const Symbol* symbol =
      require_symbol(context_, module_, node.workflow.text(), node.workflow.span, SymbolKind::Workflow);
  const auto at = moment(node.at);
  if (!symbol || !start_story(tree.span, symbol->index)) return std::nullopt;
  bool sound = true;
  if (context_.program.abi.workflows[symbol->index].only_run) {
    context_.emit(DiagnosticKind::NotStartable, node.workflow.span, {symbol->name})
        .label(symbol->span, "declared here")
        .note("give it `key` and one of its values, or start a workflow that runs it");
    sound = false;
  }
  if (!sound) return std::nullopt;
  auto arguments = start_arguments(tree, node, symbol->index);
  if (!arguments || !at) return std::nullopt;
  return TestStart{.workflow = symbol->index, .arguments = std::move(*arguments), .at = *at};
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::StartScheduleStmt& node) {
  const Symbol* symbol =
      require_symbol(context_, module_, node.schedule.text(), node.schedule.span, SymbolKind::Schedule);
  const auto at = moment(node.at);
  if (!symbol || !start_story(tree.span, context_.program.abi.schedules[symbol->index].workflow) || !at)
    return std::nullopt;
  return TestSchedule{.schedule = symbol->index, .at = *at};
}

TestChecker::Made TestChecker::of(const ast::TestStmt&, const ast::StartCarrierStmt& node) {
  const Symbol* symbol = require_symbol(context_, module_, node.carrier.text(), node.carrier.span,
                                        node.sync ? SymbolKind::Sync : SymbolKind::Route);
  const auto at = moment(node.at);
  carries_ = true;
  if (!symbol || !at) return std::nullopt;
  return TestCarrier{.sync = node.sync, .carrier = symbol->index, .at = *at};
}

// From here on it is known of which workflow the test tells.
bool TestChecker::start_story(Span span, uint32_t workflow) {
  if (workflow_) {
    context_.emit(DiagnosticKind::GivenTwice, span, {"start"}).note("a test is the story of one instance");
    return false;
  }
  workflow_ = workflow;
  names_ = names_of(context_, workflow);
  return true;
}

// A view is given by its key, everything else by its value; in the order of the cells that start the
// workflow.
std::optional<std::vector<ExprPtr>> TestChecker::start_arguments(const ast::TestStmt& tree,
                                                                 const ast::StartStmt& node,
                                                                 uint32_t workflow) {
  const Workflow& typed = context_.program.workflows[workflow];
  const auto& parameters = context_.program.abi.workflows[workflow].parameters;
  const auto& written = context_.workflows[workflow].parameters();
  const Span declared = context_.workflows[workflow].name().span;
  // Views by key are not values that the checker of arguments knows: they are taken out first.
  std::vector<const ast::Argument*> given(written.size(), nullptr);
  std::vector<std::string> names;
  for (const ast::Parameter& parameter : written) names.push_back(parameter.name.text);
  bool sound = true;
  for (size_t i = 0; i < node.arguments.size(); ++i) {
    const ast::Argument& argument = node.arguments[i];
    size_t at = i;
    if (argument.name)
      at = static_cast<size_t>(std::ranges::find(names, argument.name->text) - names.begin());
    if (at < names.size() && !given[at]) {
      given[at] = &argument;
      continue;
    }
    sound = false;
    const Span span = argument.name ? argument.name->span : argument.value ? argument.value->span : tree.span;
    if (at < names.size()) {
      context_.emit(DiagnosticKind::DuplicateName, span, {names[at]});
    } else if (argument.name) {
      with_suggestion(
          context_.emit(DiagnosticKind::UnknownParameter, span, {node.workflow.text(), argument.name->text}),
          span, argument.name->text, names);
    } else {
      context_
          .emit(DiagnosticKind::TooManyArguments, span, {node.workflow.text(), std::to_string(names.size())})
          .label(declared, "declared here");
    }
  }
  std::vector<ExprPtr> cells(parameters.size());
  for (size_t i = 0; i < written.size(); ++i) {
    const StartParameter& parameter = typed.parameters[i];
    if (!given[i]) {
      sound = false;
      const TypeId type = typed.locals[parameter.local.index].type;
      context_
          .emit(DiagnosticKind::MissingArgument, tree.span,
                {node.workflow.text(), names[i], context_.type_name(type)})
          .label(declared, "declared here");
      continue;
    }
    if (!parameter.view) {
      cells[parameter.first] = plain(expressions_.check(given[i]->value, parameters[parameter.first].type));
      sound = sound && cells[parameter.first];
      continue;
    }
    auto key = entity(given[i]->value, *parameter.view);
    sound = sound && key;
    for (uint32_t part = 0; key && part < parameter.count; ++part)
      cells[parameter.first + part] = std::move(key->key[part]);
  }
  if (!sound) return std::nullopt;
  return cells;
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::AfterStmt& node) {
  if (!anything_started(tree.span, "time passes")) return std::nullopt;
  TestTime result;
  if (node.until) {
    const auto until = moment(*node.until);
    if (!until) return std::nullopt;
    result.until = *until;
    return result;
  }
  result.duration = plain(expressions_.duration(node.duration));
  result.calendar = context_.modules[module_].calendar;
  return result.duration ? Made(std::move(result)) : std::nullopt;
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::SendStmt& node) {
  if (!anything_started(tree.span, "an event comes")) return std::nullopt;
  const Symbol* symbol =
      require_symbol(context_, module_, node.event.text(), node.event.span, SymbolKind::Event);
  if (!symbol) return std::nullopt;
  const TypeId record = context_.program.abi.events[symbol->index].record;
  MakeRecord made{expressions_.arguments(node.event.text(), tree.span, node.arguments,
                                         parameters_of(context_, record, symbol->span), symbol->span)};
  for (ExprPtr& field : made.fields) {
    field = plain(std::move(field));
    if (!field) return std::nullopt;
  }
  return SentEvent{.event = symbol->index, .record = make_expr(tree.span, record, std::move(made))};
}

void check_tests(Context& context) {
  for (uint32_t module = 0; module < context.modules.size(); ++module) {
    std::map<std::string, Span> seen;
    for (const ast::Decl& declaration : context.modules[module].tree->declarations) {
      const auto* test = std::get_if<ast::TestDecl>(&declaration.node);
      if (!test) continue;
      const auto [first, fresh] = seen.try_emplace(test->title.text, test->title.span);
      if (!fresh)
        context.emit(DiagnosticKind::DuplicateName, test->title.span, {test->title.text})
            .label(first->second, "here first");
      context.program.tests.push_back(TestChecker(context, module, *test).run());
    }
  }
}

}  // namespace endcap::sema
