// Modules: their names, their declarations, what they use.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/mends.h"
#include "compiler/sema/names.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/standard_modules.h"

namespace endcap::sema {
namespace {

class ModuleDeclarer {
 public:
  explicit ModuleDeclarer(Context& context) : context_(context) {}

  void run(const std::vector<ast::Module>& trees) {
    for (const ast::Module& tree : trees) name_module(tree);
    for (uint32_t module = 0; module < context_.modules.size(); ++module) {
      for (const ast::Decl& declaration : context_.modules[module].tree->declarations)
        declare(module, declaration);
    }
    for (uint32_t module = 0; module < context_.modules.size(); ++module) resolve_uses(module);
    std::vector<uint32_t> path;
    for (uint32_t module = 0; module < context_.modules.size(); ++module) refuse_cycle(module, path);
  }

 private:
  // Blanks and comments only: nothing that a finding could have been about.
  static bool says_nothing(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      const size_t first = line.find_first_not_of(" \t\r");
      if (first != line.npos && !line.substr(first).starts_with("--")) return false;
      text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return true;
  }

  void name_module(const ast::Module& tree) {
    ModuleInfo info;
    info.tree = &tree;
    if (tree.name) {
      info.name = tree.name->text();
      for (const ModuleInfo& other : context_.modules) {
        if (other.name != info.name) continue;
        context_.emit(DiagnosticKind::DuplicateModule, tree.name->span, {info.name})
            .label(other.tree->name->span, "this file has the name too");
      }
    } else if (!tree.declarations.empty() || says_nothing(context_.sources.file(tree.source).text)) {
      const Span at = tree.declarations.empty() ? Span{tree.source, 0, 0} : tree.declarations.front().span;
      context_.emit(DiagnosticKind::ModuleUnnamed, {at.source, at.begin, at.begin})
          .note("begin the file with `module NAME`, as in `module retail.launch`");
    }
    context_.modules.push_back(std::move(info));
  }

  // ---------------------------------------------------------------- declarations

  void declare(uint32_t module, const ast::Decl& declaration) {
    std::visit([&](const auto& node) { declare_node(module, declaration, node); }, declaration.node);
  }

  template <typename Node>
  void declare_node(uint32_t, const ast::Decl&, const Node&) {}

  void declare_node(uint32_t module, const ast::Decl&, const ast::LaterDecl& tree) {
    declare_broken(module, tree.name);
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::ErrorDecl& tree) {
    declare_broken(module, tree.name);
  }
  void declare_broken(uint32_t module, const std::optional<ast::Name>& name) {
    if (name)
      context_.modules[module].symbols.try_emplace(
          name->text, Symbol{SymbolKind::Broken, name->text, name->span, module, 0});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::TypeDecl& tree) {
    add_named(module, tree.name, SymbolKind::Type, {.alias = &tree, .module = module});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::RecordDecl& tree) {
    add_named(
        module, tree.name, SymbolKind::Record,
        {.record = &tree, .module = module, .type = context_.types.reserve(Kind::Record, tree.name.text)});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::EnumDecl& tree) {
    add_named(
        module, tree.name, SymbolKind::Enum,
        {.enumeration = &tree, .module = module, .type = context_.types.reserve(Kind::Enum, tree.name.text)});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::RoleDecl& tree) {
    for (const ast::Name& role : tree.roles) {
      // A role is who endcap.toml says, by this name: modules that declare it mean the same.
      auto& roles = context_.program.abi.roles;
      const auto known = std::ranges::find(roles, role.text);
      const auto index = static_cast<size_t>(known - roles.begin());
      if (add(module, role.text, role.span, SymbolKind::Role, index) && index == roles.size())
        roles.push_back(role.text);
    }
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::ViewDecl& tree) {
    if (!add(module, tree.name.text, tree.name.span, SymbolKind::View, context_.views.size())) return;
    context_.views.push_back(
        {.tree = &tree, .module = module, .record = context_.types.reserve(Kind::Record, tree.name.text)});
    context_.program.abi.views.push_back(
        {.name = full_name(module, tree.name.text), .record = context_.views.back().record});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::FunctionDecl& tree) {
    if (!add(module, tree.name.text, tree.name.span, SymbolKind::Function, context_.functions.size())) return;
    add_function({.name = &tree.name, .function = &tree, .module = module});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::TableDecl& tree) {
    if (!add(module, tree.name.text, tree.name.span, SymbolKind::Table, context_.functions.size())) return;
    add_function({.name = &tree.name, .table = &tree, .module = module});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::MappingDecl& tree) {
    if (!add(module, tree.name.text, tree.name.span, SymbolKind::Mapping, context_.functions.size())) return;
    add_function({.name = &tree.name, .mapping = &tree, .module = module});
  }
  void add_function(FunctionInfo info) {
    context_.functions.push_back(info);
    context_.program.functions.emplace_back();
    context_.program.functions.back().name = info.name->text;
  }
  void declare_node(uint32_t module, const ast::Decl& declaration, const ast::PolicyDecl& tree) {
    if (!add(module, tree.name.text, tree.name.span, SymbolKind::Policy, context_.policies.size())) return;
    Policy policy;
    policy.name = tree.name.text;
    policy.index = static_cast<uint32_t>(context_.policies.size());
    policy.span = tree.name.span.valid() ? tree.name.span : declaration.span;
    context_.policies.push_back({.tree = &tree, .module = module});
    context_.program.policies.push_back(std::move(policy));
    context_.program.abi.policies.push_back({.name = tree.name.text});
  }
  void declare_node(uint32_t module, const ast::Decl& declaration, const ast::WorkflowDecl& tree) {
    if (!add(module, tree.name.text, tree.name.span, SymbolKind::Workflow, context_.workflows.size())) return;
    add_workflow({.tree = &tree, .module = module}, declaration.span, tree.version);
  }
  void declare_node(uint32_t module, const ast::Decl& declaration, const ast::ExceptionDecl& tree) {
    if (!add(module, tree.name.text, tree.name.span, SymbolKind::Exception, context_.workflows.size()))
      return;
    add_workflow({.exception = &tree, .module = module}, declaration.span, tree.version);
  }
  void add_workflow(WorkflowInfo info, Span span, std::optional<uint32_t> version) {
    Workflow workflow;
    workflow.name = full_name(info.module, info.name().text);
    workflow.index = static_cast<uint32_t>(context_.workflows.size());
    workflow.span = span;
    const bool only_run = info.tree && info.tree->key.empty() && !info.tree->version;
    context_.workflows.push_back(std::move(info));
    context_.program.abi.workflows.push_back(
        {.name = workflow.name, .version = version.value_or(1), .only_run = only_run});
    context_.program.workflows.push_back(std::move(workflow));
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::AdvisorDecl& tree) {
    if (!add(module, tree.name.text, tree.name.span, SymbolKind::Advisor, context_.advisors.size())) return;
    context_.advisors.push_back({.tree = &tree, .module = module, .parameters = {}});
    context_.program.abi.advisors.push_back({.name = tree.name.text});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::ScheduleDecl& tree) {
    if (!add(module, tree.name.text, tree.name.span, SymbolKind::Schedule, context_.schedules.size())) return;
    context_.schedules.push_back({.tree = &tree, .module = module});
    context_.program.abi.schedules.push_back({.name = full_name(module, tree.name.text)});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::PartnerDecl& tree) {
    for (const ast::Name& name : tree.partners) {
      if (!add(module, name.text, name.span, SymbolKind::Partner, context_.partners.size())) continue;
      context_.partners.push_back({.tree = &tree, .name = &name, .module = module});
      context_.program.abi.partners.push_back({.name = name.text});
    }
  }
  // The versions of an interface have one name: it stands for the first that is met.
  void declare_node(uint32_t module, const ast::Decl&, const ast::InterfaceDecl& tree) {
    const auto& symbols = context_.modules[module].symbols;
    const auto known = symbols.find(tree.name.text);
    const bool other_version = known != symbols.end() && known->second.kind == SymbolKind::Interface;
    if (!other_version &&
        !add(module, tree.name.text, tree.name.span, SymbolKind::Interface, context_.interfaces.size()))
      return;
    context_.interfaces.push_back({.tree = &tree, .module = module});
    context_.program.abi.interfaces.push_back({.name = tree.name.text, .version = tree.version});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::RouteDecl& tree) {
    const ast::Name& name = tree.delivery.name;
    if (!add(module, name.text, name.span, SymbolKind::Route, context_.routes.size())) return;
    context_.routes.push_back({.tree = &tree, .module = module});
    context_.program.abi.routes.push_back({.name = full_name(module, name.text)});
    context_.program.routes.push_back({.name = full_name(module, name.text), .span = name.span});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::SyncDecl& tree) {
    const ast::Name& name = tree.delivery.name;
    if (!add(module, name.text, name.span, SymbolKind::Sync, context_.syncs.size())) return;
    context_.syncs.push_back({.tree = &tree, .module = module});
    context_.program.abi.syncs.push_back({.name = full_name(module, name.text)});
    context_.program.syncs.push_back({.name = full_name(module, name.text), .span = name.span});
  }
  void declare_node(uint32_t module, const ast::Decl&, const ast::SystemDecl& tree) {
    for (const ast::OperationDecl& operation : tree.operations) {
      const std::string name = operation.name.text();
      if (!add(module, name, operation.name.span, SymbolKind::Operation, context_.operations.size()))
        continue;
      context_.operations.emplace_back();
      context_.operations.back().tree = &operation;
      context_.operations.back().module = module;
      context_.program.abi.operations.push_back({.name = name});
    }
    for (const ast::EventDecl& event : tree.events) {
      if (!add(module, event.name.text, event.name.span, SymbolKind::Event, context_.events.size())) continue;
      context_.events.push_back({.tree = &event, .module = module});
      context_.program.abi.events.push_back(
          {.name = event.name.text,
           .type = event.type,
           .record = context_.types.reserve(Kind::Record, event.name.text)});
    }
  }

  std::string full_name(uint32_t module, const std::string& name) const {
    const std::string& prefix = context_.modules[module].name;
    return prefix.empty() ? name : prefix + "." + name;
  }

  void add_named(uint32_t module, const ast::Name& name, SymbolKind kind, NamedType type) {
    if (add(module, name.text, name.span, kind, context_.named.size())) context_.named.push_back(type);
  }

  // False when the name is taken, which is told, or was lost to a syntax error.
  bool add(uint32_t module, const std::string& name, Span span, SymbolKind kind, size_t index) {
    if (name.empty()) return false;
    const auto [there, fresh] = context_.modules[module].symbols.try_emplace(
        name, Symbol{kind, name, span, module, static_cast<uint32_t>(index)});
    if (is_built_in(name, kind))
      context_.emit(DiagnosticKind::BuiltInName, span, {name, std::string(kind_name(kind))});
    if (!fresh && there->second.kind != SymbolKind::Broken) {
      context_.emit(DiagnosticKind::DuplicateName, span, {name})
          .label(there->second.span, "declared here first, as " + a_kind(there->second.kind));
    }
    return fresh;
  }

  static bool is_built_in(const std::string& name, SymbolKind kind) {
    if (kind == SymbolKind::Function || kind == SymbolKind::Table || kind == SymbolKind::Mapping)
      return name == "max" || name == "min";
    const bool type = kind == SymbolKind::Type || kind == SymbolKind::Record || kind == SymbolKind::Enum ||
                      kind == SymbolKind::View;
    return type && is_built_in_type(name);
  }

  // ---------------------------------------------------------------- use

  void resolve_uses(uint32_t module) {
    for (const ast::Decl& declaration : context_.modules[module].tree->declarations) {
      const auto* use = std::get_if<ast::UseDecl>(&declaration.node);
      if (!use) continue;
      switch (use->what) {
        case ast::UseDecl::What::Module:
          use_module(module, use->name, declaration.span);
          break;
        case ast::UseDecl::What::System:
          use_system(module, use->name);
          break;
        case ast::UseDecl::What::Calendar:
          if (const auto calendar = require_calendar(context_, use->name))
            context_.modules[module].calendar = calendar;
          break;
      }
    }
  }

  void use_module(uint32_t module, const ast::QualifiedName& name, Span used) {
    const std::string text = name.text();
    std::vector<std::string> others;
    for (uint32_t i = 0; i < context_.modules.size(); ++i) {
      if (context_.modules[i].name == text) {
        const auto& imports = context_.modules[module].imports;
        const auto same = std::ranges::find(imports, i, [](const auto& import) { return import.first; });
        if (same != imports.end()) {
          suggest_if(context_.emit(DiagnosticKind::DuplicateName, name.span, {text})
                         .label(same->second, "it is used already"),
                     take_out_line(context_, used, "say it once"));
          return;
        }
        context_.modules[module].imports.emplace_back(i, name.span);
        return;
      }
      if (!context_.modules[i].name.empty() && i != module) others.push_back(context_.modules[i].name);
    }
    for (const auto& [name_of_standard, module_text] : standard_module_texts())
      others.emplace_back(name_of_standard);
    with_suggestion(context_.emit(DiagnosticKind::UnknownModule, name.span, {text}), name.span, text, others);
  }

  void use_system(uint32_t module, const ast::QualifiedName& name) {
    const std::string text = name.text();
    std::vector<std::string> known;
    for (const SystemConfig& system : context_.project.systems) known.push_back(system.name);
    if (std::ranges::find(known, text) == known.end()) {
      with_suggestion(context_.emit(DiagnosticKind::UnknownSystem, name.span, {text}), name.span, text, known)
          .note("systems stand in endcap.toml, each with its schema: [systems." + text + "]");
    }
    context_.modules[module].systems.emplace(text, name.span);
  }

  void refuse_cycle(uint32_t module, std::vector<uint32_t>& path) {
    if (done_.contains(module)) return;
    path.push_back(module);
    for (const auto& [imported, span] : context_.modules[module].imports) {
      const auto start = std::ranges::find(path, imported);
      if (start == path.end()) {
        refuse_cycle(imported, path);
        continue;
      }
      std::string round;
      for (auto step = start; step != path.end(); ++step) round += context_.modules[*step].name + " uses ";
      context_
          .emit(DiagnosticKind::ModuleCycle, span,
                {context_.modules[imported].name, round + context_.modules[imported].name})
          .note("move what both need into a third module");
    }
    path.pop_back();
    done_.insert({module, true});
  }

  Context& context_;
  std::map<uint32_t, bool> done_;
};

}  // namespace

void declare_modules(Context& context, const std::vector<ast::Module>& trees) {
  ModuleDeclarer(context).run(trees);
}

}  // namespace endcap::sema
