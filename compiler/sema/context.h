// What every part of the analysis shares: the project, the program under construction, what each module
// declares, and where diagnostics go.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/schema/project.h"
#include "compiler/sema/type_table.h"
#include "compiler/sema/typed.h"
#include "compiler/syntax/ast.h"

namespace endcap::sema {

enum class SymbolKind : uint8_t {
  Type,
  Role,
  View,
  Record,
  Enum,
  Function,
  Table,
  Mapping,
  Policy,
  Workflow,
  Exception,
  Operation,
  Event,
  Advisor,
  Schedule,
  Partner,
  Interface,
  Route,
  Sync,
  Broken,  // declared, but could not be read: its uses are not called unknown
};

// What a name stands for. `index` counts in the table of its kind below (roles: abi.roles; types, records,
// enums: named).
struct Symbol {
  SymbolKind kind;
  std::string name;  // "Price.activate"
  Span span;         // of the name in its declaration
  uint32_t module = 0;
  uint32_t index = 0;
};

struct ModuleInfo {
  const ast::Module* tree = nullptr;
  std::string name;  // "retail.estate"
  std::map<std::string, Symbol> symbols;
  std::vector<std::pair<uint32_t, Span>> imports;
  std::map<std::string, Span> systems;  // those it uses
  std::optional<uint32_t> calendar;     // index in abi.calendars
};

struct NamedType {
  const ast::TypeDecl* alias = nullptr;
  const ast::RecordDecl* record = nullptr;
  const ast::EnumDecl* enumeration = nullptr;
  uint32_t module = 0;
  TypeId type = abi::kNoType;
  enum class State : uint8_t { Fresh, Visiting, Done } state = State::Fresh;
};

struct ViewInfo {
  const ast::ViewDecl* tree = nullptr;
  uint32_t module = 0;
  TypeId record = abi::kNoType;
  const SystemConfig* system = nullptr;
  const schema::EntityType* entity = nullptr;
  std::map<std::string, uint32_t> navigations;  // name -> index in abi.navigations
};

struct Parameter {
  std::string name;
  TypeId type = abi::kNoType;
  Span span;
  LocalId local;  // in the body that uses it
  // Set: an argument is no value, but looked at in another way.
  std::function<ExprPtr(const ast::Argument&)> take = {};
};

// A policy that governs an operation, and where it names it.
struct Governing {
  PolicyId policy;
  Span span;
};

struct OperationInfo {
  const ast::OperationDecl* tree = nullptr;
  uint32_t module = 0;
  const SystemConfig* system = nullptr;
  std::vector<Parameter> parameters;
  std::vector<Local> locals;     // of its body
  std::vector<ExprPtr> payload;  // one a wire field, over the parameters; empty when the body has mistakes
  bool sound = false;            // its calls can be built
  TypeId result = abi::kNoType;
  std::vector<Governing> governed_by;  // as written
  std::optional<PolicyId> policy;      // the one that is asked: the only one, or all of them as one
};

struct EventInfo {
  const ast::EventDecl* tree = nullptr;
  uint32_t module = 0;
};

struct AdvisorInfo {
  const ast::AdvisorDecl* tree = nullptr;
  uint32_t module = 0;
  std::vector<Parameter> parameters;  // in the order of the fields of abi::Advisor::inputs
};

struct ScheduleInfo {
  const ast::ScheduleDecl* tree = nullptr;
  uint32_t module = 0;
};

struct PartnerInfo {
  const ast::PartnerDecl* tree = nullptr;
  const ast::Name* name = nullptr;
  uint32_t module = 0;
};

struct InterfaceInfo {
  const ast::InterfaceDecl* tree = nullptr;
  uint32_t module = 0;
};

struct RouteInfo {
  const ast::RouteDecl* tree = nullptr;
  uint32_t module = 0;
};

struct SyncInfo {
  const ast::SyncDecl* tree = nullptr;
  uint32_t module = 0;
};

// The properties of a system's entity that a mapping makes: one a field of the record that it gives.
struct MappedEntity {
  const SystemConfig* system = nullptr;
  const schema::EntitySet* set = nullptr;
  std::vector<abi::WireField> fields;
};

// A function, a table: a function written as rows, or a mapping: one written as fields.
struct FunctionInfo {
  const ast::Name* name = nullptr;
  const ast::FunctionDecl* function = nullptr;
  const ast::TableDecl* table = nullptr;
  const ast::MappingDecl* mapping = nullptr;
  std::optional<MappedEntity> entity = {};  // a mapping to one that could be checked
  uint32_t module = 0;
  enum class State : uint8_t { Fresh, Visiting, Done } state = State::Fresh;
  // When it is Done. What it calls is counted once a call: this is what it costs to run it.
  uint64_t steps = 0;
  uint32_t depth = 0;  // of the functions it needs
};

// One fact of a policy: where it comes from.
struct Fact {
  uint32_t parameter = 0;      // of the policy
  std::vector<uint32_t> path;  // fields, outermost first; empty: the parameter itself
};

struct PolicyInfo {
  const ast::PolicyDecl* tree = nullptr;
  uint32_t module = 0;
  std::vector<Parameter> parameters;
  std::vector<Fact> facts;
  TypeId facts_type = abi::kNoType;
};

// A workflow, or an exception: a workflow that others raise.
struct WorkflowInfo {
  const ast::WorkflowDecl* tree = nullptr;
  const ast::ExceptionDecl* exception = nullptr;
  uint32_t module = 0;
  enum class State : uint8_t { Fresh, Visiting, Done } state = State::Fresh;
  // When it is Done.
  uint64_t statements = 0;  // with those of the workflows it runs
  bool sound = false;       // others can run it
  bool is_run = false;
  std::vector<TypeId> parameter_types;  // one a written parameter
  TypeId start = abi::kNoType;          // record of the cells that start it

  const ast::Name& name() const { return tree ? tree->name : exception->name; }
  const std::vector<ast::Parameter>& parameters() const {
    return tree ? tree->parameters : exception->parameters;
  }
};

// Declarations that need each other deeper than this are refused rather than recursed into.
inline constexpr uint32_t kDeclarationDepthMax = 100;

class Context {
 public:
  Context(const Project& given_project, const SourceMap& given_sources, Program& given_program,
          Diagnostics& given_diagnostics)
      : project(given_project),
        sources(given_sources),
        program(given_program),
        diagnostics(given_diagnostics),
        types(given_program.abi.types) {}

  const Project& project;
  const SourceMap& sources;
  Program& program;
  Diagnostics& diagnostics;
  TypeTable types;

  uint32_t depth = 0;  // of declarations that need each other: functions, types

  std::vector<ModuleInfo> modules;
  std::vector<NamedType> named;
  std::vector<ViewInfo> views;                       // as abi.views
  std::vector<OperationInfo> operations;             // as abi.operations
  std::vector<EventInfo> events;                     // as abi.events
  std::vector<AdvisorInfo> advisors;                 // as abi.advisors
  std::vector<ScheduleInfo> schedules;               // as abi.schedules
  std::vector<PartnerInfo> partners;                 // as abi.partners
  std::vector<InterfaceInfo> interfaces;             // as abi.interfaces: one a version
  std::vector<RouteInfo> routes;                     // as Program::routes and abi.routes
  std::vector<SyncInfo> syncs;                       // as Program::syncs and abi.syncs
  std::vector<FunctionInfo> functions;               // as Program::functions
  std::vector<PolicyInfo> policies;                  // as Program::policies and abi.policies
  std::vector<WorkflowInfo> workflows;               // as Program::workflows and abi.workflows
  std::vector<uint32_t> visiting;                    // workflows that are being checked, outermost first
  std::vector<std::pair<uint32_t, Span>> role_uses;  // where roles are named

  // Text that stands at several calls, and at how many.
  std::vector<std::pair<Span, size_t>> said_for_all;

  Diagnostic& emit(DiagnosticKind kind, Span span, std::vector<std::string> arguments = {}) {
    return diagnostics.emit(kind, span, std::move(arguments));
  }
  std::string type_name(TypeId type) const { return types.name(type); }
  std::string policy_names(const std::vector<PolicyId>& policies) const;  // "LegalGate, MarginGate"

  // What narrows each of abi.roles: kNoType where nothing does.
  std::vector<TypeId> role_scopes;
  // By which of abi.calendars their business time counts: nothing where that is the module's.
  std::vector<std::optional<uint32_t>> role_calendars;

  // The view whose record this is.
  std::optional<uint32_t> view_of(TypeId record) const;
  // A view whose record is part of a value of this type.
  std::optional<uint32_t> entity_in(TypeId type) const;
};

// Whether a value of what narrows a role or a partner, as text, can read so.
bool can_read(const abi::Type& type, const std::string& scope);

// A "did you mean" for a name that is not among `candidates`, as a fix over `span`.
Diagnostic& with_suggestion(Diagnostic& diagnostic, Span span, std::string_view wrong,
                            const std::vector<std::string>& candidates);

// The name as it must be written: in backticks when a keyword.
std::string in_backticks(std::string_view name);

}  // namespace endcap::sema
