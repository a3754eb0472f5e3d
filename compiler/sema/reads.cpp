// `let`, `read`, `reread`, `notify`: values, and calls whose result or effect is not a write.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/names.h"
#include "compiler/sema/payload.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::LetStmt& node) {
  if (const auto* source = std::get_if<ast::Read>(&node.value)) return read(tree, *source, node.name);
  if (const auto* asked = std::get_if<ast::Ask>(&node.value)) return ask(tree, *asked, node);
  if (const auto* proposal = std::get_if<ast::Propose>(&node.value))
    return propose(tree, *proposal, node.name);
  const TypeId type = node.type ? resolve_type(context_, module_, node.type.get()) : abi::kNoType;
  ExprPtr value = expressions_.check(std::get<ast::ExprPtr>(node.value), type,
                                     {node.type ? node.type->span : Span{}, "this is what it is said to be"});
  const LocalId local = scope_.declare(node.name, node.type && type == abi::kNoType ? type : value->type);
  if (context_.types.holds_ratio(value->type)) made_[local] = {waits_, machine_};
  return make(tree.span, Let{local, std::move(value)});
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::ReadStmt& node) {
  context_.emit(DiagnosticKind::ReadUnused, tree.span).note("name what it gives: `let NAME = read ...`");
  for (const ast::Handler& handler : node.read.handlers) block(handler.body, "the handler");
  return std::nullopt;
}

WorkflowChecker::Site WorkflowChecker::reading(std::string what, TypeId result, const ast::Name& name,
                                               const SystemConfig* system) const {
  return {.what = std::move(what),
          .causes = {Cause::Unavailable, Cause::Invalid},
          .nexts = {Next::Retry, Next::Continue},
          .result = result,
          .system = system,
          .leaf = name.text};
}

WorkflowChecker::Made WorkflowChecker::not_readable(Span span, const ast::Name& name) {
  context_.emit(DiagnosticKind::NotReadable, span)
      .note(
          "`read promo.stores` follows a navigation, `read Stock(...)` calls a read operation, `read "
          "Promotion(id)` reads a view by its key");
  scope_.declare(name, abi::kNoType);
  return std::nullopt;
}

WorkflowChecker::Made WorkflowChecker::read(const ast::Stmt& tree, const ast::Read& node,
                                            const ast::Name& name) {
  if (!node.source) return std::nullopt;
  if (node.again) return read_again(tree, node, name);
  if (const auto* field = std::get_if<ast::FieldExpr>(&node.source->node))
    return read_navigation(tree, node, *field, name);
  const auto* call = std::get_if<ast::CallExpr>(&node.source->node);
  if (!call) {
    if (!std::holds_alternative<ast::ErrorExpr>(node.source->node))
      return not_readable(node.source->span, name);
    scope_.declare(name, abi::kNoType);
    return std::nullopt;
  }
  const std::string callee = call->callee.text();
  bool told = false;
  const Symbol* symbol = find_symbol(context_, module_, callee, call->callee.span, &told);
  if (symbol && symbol->kind == SymbolKind::Operation)
    return read_operation(tree, node, *call, symbol->index, name);
  if (symbol && symbol->kind == SymbolKind::View) return read_view(tree, node, *call, symbol->index, name);
  if (!symbol && !told) {
    with_suggestion(context_.emit(DiagnosticKind::UnknownOperation, call->callee.span, {callee}),
                    call->callee.span, callee,
                    visible_names(context_, module_, {SymbolKind::Operation, SymbolKind::View}));
    for (const ast::Argument& argument : call->arguments) expressions_.check(argument.value);
  } else if (symbol && symbol->kind != SymbolKind::Broken) {
    return not_readable(node.source->span, name);
  }
  scope_.declare(name, abi::kNoType);
  return std::nullopt;
}

namespace {

// The key fields of a view's value.
std::vector<ExprPtr> key_of(Context& context, const Expr& value, uint32_t view) {
  std::vector<ExprPtr> key;
  for (uint32_t field : context.program.abi.views[view].key)
    key.push_back(
        make_expr(value.span, context.types[value.type].fields[field].type, FieldOf{clone(value), field}));
  return key;
}

}  // namespace

WorkflowChecker::Made WorkflowChecker::read_again(const ast::Stmt& tree, const ast::Read& node,
                                                  const ast::Name& name) {
  ExprPtr old = expressions_.check(node.source);
  if (is_invalid(*old)) {
    scope_.declare(name, abi::kNoType);
    return std::nullopt;
  }
  const auto view = context_.view_of(old->type);
  if (!view) return not_readable(node.source->span, name);
  ReadView read{.view = *view, .key = key_of(context_, *old, *view)};
  const TypeId type = old->type;
  std::string identity = path(name.text, name.span);
  ++waits_;
  read.handlers = handlers(node.handlers,
                           reading("reading it again", type, name, context_.views[*view].system), tree.span);
  read.local = scope_.declare(name, type);
  return make(tree.span, std::move(read), std::move(identity));
}

WorkflowChecker::Made WorkflowChecker::read_navigation(const ast::Stmt& tree, const ast::Read& node,
                                                       const ast::FieldExpr& field, const ast::Name& name) {
  ExprPtr owner = expressions_.check(field.object);
  const auto view = is_invalid(*owner) ? std::nullopt : context_.view_of(owner->type);
  if (is_invalid(*owner)) {
    scope_.declare(name, abi::kNoType);
    return std::nullopt;
  }
  if (!view) return not_readable(node.source->span, name);
  const auto& navigations = context_.views[*view].navigations;
  const auto found = navigations.find(field.field.text);
  if (found == navigations.end()) {
    const auto& fields = context_.types[owner->type].fields;
    if (std::ranges::find(fields, field.field.text, &abi::Field::name) != fields.end())
      return not_readable(node.source->span, name);
    std::vector<std::string> names;
    for (const auto& [known, index] : navigations) names.push_back(known);
    with_suggestion(context_.emit(DiagnosticKind::UnknownField, field.field.span,
                                  {context_.type_name(owner->type), field.field.text}),
                    field.field.span, field.field.text, names)
        .label(context_.views[*view].tree->name.span, "the view is declared here");
    scope_.declare(name, abi::kNoType);
    return std::nullopt;
  }
  const abi::Navigation& navigation = context_.program.abi.navigations[found->second];
  const TypeId entity = context_.views[navigation.to_view].record;
  const TypeId type = navigation.many       ? context_.types.list_of(entity)
                      : navigation.required ? entity
                                            : context_.types.optional(entity);
  ReadNavigation read{.navigation = found->second, .key = key_of(context_, *owner, *view)};
  std::string identity = path(name.text, name.span);
  ++waits_;
  read.handlers =
      handlers(node.handlers,
               reading("reading " + field.field.text, type, name, context_.views[*view].system), tree.span);
  read.local = scope_.declare(name, type);
  return make(tree.span, std::move(read), std::move(identity));
}

WorkflowChecker::Made WorkflowChecker::read_view(const ast::Stmt& tree, const ast::Read& node,
                                                 const ast::CallExpr& call, uint32_t view,
                                                 const ast::Name& name) {
  const ViewInfo& info = context_.views[view];
  std::vector<Parameter> parameters;
  for (uint32_t key : context_.program.abi.views[view].key) {
    const abi::Field& field = context_.types[info.record].fields[key];
    parameters.push_back({.name = field.name, .type = field.type, .span = info.tree->name.span});
  }
  ReadView read{.view = view,
                .key = expressions_.arguments(info.tree->name.text, node.source->span, call.arguments,
                                              parameters, info.tree->name.span)};
  std::string identity = path(name.text, name.span);
  ++waits_;
  read.handlers = handlers(
      node.handlers, reading("reading " + info.tree->name.text, info.record, name, info.system), tree.span);
  read.local = scope_.declare(name, info.record);
  return make(tree.span, std::move(read), std::move(identity));
}

// ---------------------------------------------------------------- operations

ExprPtr WorkflowChecker::payload(uint32_t index, Span span, const std::vector<ast::Argument>& given,
                                 std::vector<ExprPtr>& arguments) {
  const OperationInfo& operation = context_.operations[index];
  arguments = expressions_.arguments(operation.tree->name.text(), span, given, operation.parameters,
                                     operation.tree->name.span);
  return payload_of(context_, scope_, index, arguments, span);
}

WorkflowChecker::Made WorkflowChecker::read_operation(const ast::Stmt& tree, const ast::Read& node,
                                                      const ast::CallExpr& call, uint32_t index,
                                                      const ast::Name& name) {
  const OperationInfo& operation = context_.operations[index];
  const abi::Operation& described = context_.program.abi.operations[index];
  std::vector<ExprPtr> arguments;
  ExprPtr sent = payload(index, node.source->span, call.arguments, arguments);
  if (operation.tree->operation_class != ast::OperationDecl::Class::Read) {
    if (operation.tree->operation_class != ast::OperationDecl::Class::Missing)
      context_
          .emit(DiagnosticKind::WrongClass, call.callee.span,
                {described.name, described.operation_class == abi::OperationClass::Write ? "write" : "notify",
                 "read"})
          .label(operation.tree->name.span, "declared here");
    scope_.declare(name, abi::kNoType);
    return std::nullopt;
  }
  ReadOperation read{.operation = index, .payload = std::move(sent)};
  std::string identity = path(name.text, name.span);
  ++waits_;
  Site site = reading("reading " + described.name, operation.result, name, operation.system);
  site.rejections = &described.rejections;
  site.causes.push_back(Cause::Rejected);
  site.declared = operation.tree->name.span;
  read.handlers = handlers(node.handlers, site, tree.span);
  read.local = scope_.declare(name, operation.result);
  return make(tree.span, std::move(read), std::move(identity));
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::NotifyStmt& node) {
  const Symbol* symbol = require_symbol(context_, module_, node.call.operation.text(),
                                        node.call.operation.span, SymbolKind::Operation);
  if (!symbol) return std::nullopt;
  const OperationInfo& operation = context_.operations[symbol->index];
  const abi::Operation& described = context_.program.abi.operations[symbol->index];
  if (operation.tree->operation_class == ast::OperationDecl::Class::Write) {
    context_.emit(DiagnosticKind::WriteNotProposed, node.call.operation.span, {described.name})
        .label(operation.tree->name.span, "it is a write")
        .note("propose it, let it be approved under its policy, and `write` the grant");
  } else if (operation.tree->operation_class == ast::OperationDecl::Class::Read) {
    context_.emit(DiagnosticKind::WrongClass, node.call.operation.span, {described.name, "read", "notify"})
        .label(operation.tree->name.span, "declared here");
  }
  std::vector<ExprPtr> arguments;
  Notify notify{.operation = symbol->index,
                .payload = payload(symbol->index, node.call.span, node.call.arguments, arguments)};
  std::string identity = path("notify." + described.name, tree.span);
  ++waits_;
  notify.handlers = handlers(node.handlers,
                             {.what = "notifying " + described.name,
                              .rejections = &described.rejections,
                              .causes = {Cause::Rejected, Cause::Unavailable, Cause::Invalid},
                              .nexts = {Next::Retry, Next::Continue},
                              .declared = operation.tree->name.span,
                              .system = operation.system,
                              .leaf = "notify." + described.name},
                             tree.span);
  return make(tree.span, std::move(notify), std::move(identity));
}

}  // namespace endcap::sema
