// `let x = reread` of an `upgrades from` clause: what instances of an older version do not hold is read for
// them. By what, is told by how this version reads it; of what they hold, only they know.
#include <fmt/format.h>

#include "compiler/sema/plain.h"
#include "compiler/sema/schema_bounds.h"
#include "compiler/sema/tree_walk.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
namespace {

using Reread = abi::UpgradeClause::Reread;

// A read of this version, as far as it can be made again.
struct ReadSite {
  abi::ReadKind kind = abi::ReadKind::View;
  uint32_t target = 0;
  std::vector<const Expr*> cells;  // of its payload; empty: a parameter, which comes with its key
};

std::vector<const Expr*> pointers(const std::vector<ExprPtr>& expressions) {
  std::vector<const Expr*> result;
  for (const ExprPtr& each : expressions) result.push_back(each.get());
  return result;
}

// Where a workflow reads a value, and which condition of an event looks at it.
class ReadSites {
 public:
  ReadSites(const Workflow& workflow, std::function<bool(LocalId)> is_it) : is_it_(std::move(is_it)) {
    for (const StartParameter& parameter : workflow.parameters) {
      if (parameter.view && is_it_(parameter.local))
        found.push_back({abi::ReadKind::View, *parameter.view, {}});
    }
    walk(workflow.body, {.statement = [this](const Stmt& stmt) { look(stmt); }, .expression = {}});
  }

  std::vector<ReadSite> found;
  std::optional<Span> heard;

 private:
  void look(const Stmt& stmt) {
    if (const auto* view = std::get_if<ReadView>(&stmt.node)) {
      add(view->local, abi::ReadKind::View, view->view, pointers(view->key));
    } else if (const auto* through = std::get_if<ReadNavigation>(&stmt.node)) {
      add(through->local, abi::ReadKind::Navigation, through->navigation, pointers(through->key));
    } else if (const auto* operation = std::get_if<ReadOperation>(&stmt.node)) {
      const auto* sent = operation->payload ? std::get_if<MakeRecord>(&operation->payload->node) : nullptr;
      if (sent) add(operation->local, abi::ReadKind::Operation, operation->operation, pointers(sent->fields));
    } else if (const auto* event = std::get_if<WaitEvent>(&stmt.node)) {
      condition(event->pattern);
    } else if (const auto* until = std::get_if<WaitUntil>(&stmt.node)) {
      for (const EventHandler& handler : until->handlers) condition(handler.pattern);
    }
  }

  void add(LocalId local, abi::ReadKind kind, uint32_t target, std::vector<const Expr*> cells) {
    if (local.valid() && is_it_(local)) found.push_back({kind, target, std::move(cells)});
  }

  void condition(const EventPattern& pattern) {
    if (!pattern.guard) return;
    walk(*pattern.guard, {.statement = {}, .expression = [this](const Expr& expr) {
                            const auto* local = std::get_if<LocalRef>(&expr.node);
                            if (local && is_it_(local->local) && !heard) heard = expr.span;
                          }});
  }

  std::function<bool(LocalId)> is_it_;
};

}  // namespace

void WorkflowChecker::reread(const ast::Name& name, abi::UpgradeClause& made) {
  const auto type = upgrade_type(name);
  if (!type) return;
  const auto refuse = [&](const std::string& why) -> Diagnostic& {
    return context_.emit(DiagnosticKind::UpgradeNotReread, name.span, {name.text, why})
        .note("give it a value, `let " + name.text + " = ...`, or do without it after the wait");
  };
  const ReadSites sites(workflow(), [&](LocalId local) { return locals_[local.index].name == name.text; });
  if (sites.found.empty()) return void(refuse("this version does not read it"));
  if (sites.found.size() > 1) return void(refuse("this version reads it in several places"));
  if (sites.heard) {
    refuse("the condition of an event looks at it before anybody goes on")
        .label(*sites.heard, "looked at here");
    return;
  }
  const ReadSite& site = sites.found.front();
  Reread result{.name = name.text, .type = *type, .kind = site.kind, .target = site.target};
  result.payload = reread_payload(site.kind, site.target);
  std::vector<Reread::Cell> way;
  const Expr* computed = nullptr;
  for (size_t i = 0; i < site.cells.size(); ++i) {
    const Expr* cell = site.cells[i];
    // The bounds of the field it is sent in are no part of its type: the same was sent before.
    const auto& sent = context_.types[result.payload].fields;
    if (i < sent.size() && cell->type != sent[i].type) cell = &unbounded(*cell);
    if (const auto from = reread_cell(*cell)) {
      way.push_back(*from);
    } else if (!computed) {
      computed = cell;
    }
  }
  if (!computed && way.size() == context_.types[result.payload].fields.size())
    result.ways.push_back(std::move(way));
  // Else an entity that is held already, with fewer fields, say, is found by its own key.
  if (site.kind == abi::ReadKind::View) {
    auto& own = result.ways.emplace_back();
    for (const abi::Field& field : context_.types[result.payload].fields)
      own.push_back({name.text, field.name, {}});
  }
  if (result.ways.empty()) {
    Diagnostic& told = refuse("what it is read by is computed");
    if (computed) told.label(computed->span, "a value, a field of one, or what is written down can be held");
    return;
  }
  made.rereads.push_back(std::move(result));
}

// The record that a read is made with.
TypeId WorkflowChecker::reread_payload(abi::ReadKind kind, uint32_t target) {
  const abi::Program& program = context_.program.abi;
  if (kind == abi::ReadKind::Operation) return program.operations[target].payload;
  const uint32_t view = kind == abi::ReadKind::View ? target : program.navigations[target].from_view;
  const TypeId record = context_.views[view].record;
  std::vector<abi::Field> key;
  for (const uint32_t field : program.views[view].key) {
    key.push_back(context_.types[record].fields[field]);
    key.back().advice = false;
  }
  return context_.types.record("key of " + program.views[view].name, std::move(key));
}

// Where a cell of it comes from, when it is no more than found: `store`, `promo.id`, "AU".
std::optional<Reread::Cell> WorkflowChecker::reread_cell(const Expr& expr) {
  const auto named = [&](const Expr& of) {
    const auto* local = std::get_if<LocalRef>(&of.node);
    return local ? locals_[local->local.index].name : std::string();
  };
  if (std::string name = named(expr); !name.empty()) return Reread::Cell{std::move(name), {}, {}};
  if (const auto* field = std::get_if<FieldOf>(&expr.node)) {
    std::string name = named(*field->record);
    if (name.empty()) return std::nullopt;
    return Reread::Cell{std::move(name), context_.types[field->record->type].fields[field->field].name, {}};
  }
  if (!is_plain(expr)) return std::nullopt;
  abi::Arena arena;
  const auto& types = context_.program.abi.types;
  const auto cell = plain_value(types, expr, arena);
  if (!cell) return std::nullopt;
  return Reread::Cell{{}, {}, abi::pack_value(types, expr.type, arena, *cell, nullptr)};
}

}  // namespace endcap::sema
