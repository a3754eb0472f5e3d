# cmake -DFOLDER=... -DOUTPUT=... -P embed_stdlib.cmake: writes a .cpp that holds every module of the standard library.
file(GLOB files ${FOLDER}/*.endcap)
list(SORT files)
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${text}")
  string(APPEND arrays "constexpr char k_${name}[] = {${bytes}'\\0'};\n")
  string(APPEND entries "      {\"std.${name}\", {k_${name}, sizeof k_${name} - 1}},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from stdlib by cmake/embed_stdlib.cmake.
#include \"compiler/sema/standard_modules.h\"

namespace endcap {
namespace {
${arrays}}  // namespace

const std::map<std::string_view, std::string_view>& standard_module_texts() {
  static const std::map<std::string_view, std::string_view> kTexts{
${entries}  };
  return kTexts;
}

}  // namespace endcap
")
