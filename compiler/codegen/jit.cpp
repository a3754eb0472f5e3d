// Programs to native code: plan modules, take objects from the cache or compile them, link, look up.
#include "compiler/codegen/jit.h"

#include <chrono>
#include <mutex>
#include <set>

#include "compiler/codegen/backend.h"
#include "compiler/codegen/module_plan.h"
#include "compiler/codegen/object_store.h"

namespace endcap::codegen {
namespace {

// Part of every cache key: goes up when the code generator or the ABI it relies on changes.
constexpr uint32_t kAbiVersion = 2;

// Behind Program::code: the linked code and where its pure graphs are.
struct Native {
  std::unique_ptr<LinkedCode> linked;
  std::map<std::string, PureFn, std::less<>> pure;
};

// Program::code may also be an interpreter's: only what is registered here is ours.
class Registry {
 public:
  void add(const void* native) {
    const std::lock_guard lock(mutex_);
    alive_.insert(native);
  }
  void remove(const void* native) {
    const std::lock_guard lock(mutex_);
    alive_.erase(native);
  }
  bool contains(const void* native) {
    const std::lock_guard lock(mutex_);
    return alive_.contains(native);
  }

 private:
  std::mutex mutex_;
  std::set<const void*> alive_;
};

Registry& registry() {
  static Registry registry;
  return registry;
}

std::string key_of(const ir::Program& program, const ModulePlan& plan) {
  std::string from = "endcap object " + std::to_string(kAbiVersion) + "\n" + target_description() + "\n" +
                     (plan.thorough ? "thorough" : "quick") + "\n";
  return abi::hex(abi::sha256(from + fingerprint(program, plan)));
}

std::expected<std::string, std::string> object_of(const ir::Program& program, const ModulePlan& plan,
                                                  const Options& options, Statistics& statistics) {
  ++statistics.modules;
  const std::string key = options.cache ? key_of(program, plan) : std::string();
  if (options.cache) {
    if (auto object = read_object(*options.cache, key)) {
      ++statistics.from_cache;
      return std::move(*object);
    }
  }
  ++statistics.compiled;
  auto object = compile_object(program, plan);
  if (object && options.cache) write_object(*options.cache, key, *object);
  return object;
}

std::expected<std::unique_ptr<LinkedCode>, std::string> link(const ir::Program& program,
                                                             const std::vector<ModulePlan>& plans,
                                                             const Options& options, Statistics& statistics) {
  std::vector<std::string> objects, symbols;
  for (const ModulePlan& plan : plans) {
    auto object = object_of(program, plan, options, statistics);
    if (!object) return std::unexpected(object.error());
    objects.push_back(std::move(*object));
    for (const uint32_t machine : plan.machines) symbols.push_back(machine_symbol(machine));
    if (!plan.exports_pure) continue;
    for (const ir::GraphId graph : plan.pure) symbols.push_back(pure_symbol(graph));
  }
  return link_objects(objects, symbols);
}

}  // namespace

std::expected<std::shared_ptr<abi::Program>, std::string> compile(ir::Program program, const Options& options,
                                                                  Statistics* statistics) {
  const auto start = std::chrono::steady_clock::now();
  Statistics counted;
  std::vector<ModulePlan> plans = plan_modules(program, options.functions);
  for (ModulePlan& plan : plans) {
    if (options.effort != Effort::ByUse) plan.thorough = options.effort == Effort::Thorough;
  }
  auto linked = link(program, plans, options, counted);
  if (!linked) return std::unexpected(linked.error());

  auto* native = new Native{std::move(*linked), {}};
  registry().add(native);
  std::shared_ptr<void> code(native, [](void* pointer) {
    registry().remove(pointer);
    delete static_cast<Native*>(pointer);
  });
  for (size_t i = 0; i < program.graphs.size(); ++i) {
    if (!program.graphs[i].pure || !options.functions) continue;
    native->pure[program.graphs[i].name] =
        reinterpret_cast<PureFn>(native->linked->address(pure_symbol(ir::GraphId(i))));
  }
  auto runnable = std::make_shared<abi::Program>(std::move(program.abi));
  for (uint32_t i = 0; i < runnable->machines.size(); ++i) {
    runnable->machines[i].advance =
        reinterpret_cast<abi::AdvanceFn>(native->linked->address(machine_symbol(i)));
    if (runnable->machines[i].advance == nullptr) {
      return std::unexpected("machine " + runnable->machines[i].name + " belongs to no workflow");
    }
  }
  runnable->code = std::move(code);
  counted.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  if (statistics != nullptr) *statistics = counted;
  return runnable;
}

PureFn find_pure(const abi::Program& program, std::string_view graph_name) {
  if (!registry().contains(program.code.get())) return nullptr;
  const auto& pure = static_cast<const Native*>(program.code.get())->pure;
  const auto found = pure.find(graph_name);
  return found == pure.end() ? nullptr : found->second;
}

}  // namespace endcap::codegen
