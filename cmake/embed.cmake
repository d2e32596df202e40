# Adds to the target a source that holds the bytes of a file as `extern const std::string_view <constant>`.
function(replay_embed_file target namespace source constant)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/embedded/${constant}.cpp)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${source} -DGENERATED=${generated} -DNAMESPACE=${namespace} -DCONSTANT=${constant}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
    DEPENDS ${source} ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake
    COMMENT "Embedding ${source}"
    VERBATIM)
  target_sources(${target} PRIVATE ${generated})
endfunction()

# The name of a constant for a path: openapi.json becomes kOpenapiJson.
function(replay_constant_name path result)
  string(REGEX REPLACE "[^A-Za-z0-9]" ";" words ${path})
  set(constant "k")
  foreach(word ${words})
    string(SUBSTRING ${word} 0 1 first)
    string(SUBSTRING ${word} 1 -1 rest)
    string(TOUPPER ${first} first)
    string(APPEND constant ${first}${rest})
  endforeach()
  set(${result} ${constant} PARENT_SCOPE)
endfunction()

# replay_embed(<target> NAMESPACE <namespace> ROOT <directory> FILES …): compiles files of the directory into the target,
# each as `extern const std::string_view` in that namespace; openapi.json becomes kOpenapiJson.
function(replay_embed target)
  cmake_parse_arguments(ARG "" "NAMESPACE;ROOT" "FILES" ${ARGN})
  foreach(file ${ARG_FILES})
    replay_constant_name(${file} constant)
    replay_embed_file(${target} ${ARG_NAMESPACE} ${ARG_ROOT}/${file} ${constant})
  endforeach()
endfunction()

# replay_embed_tree(…): the same arguments; the target also gets a function of that namespace that returns every path
# with its content, `std::vector<std::pair<std::string_view, std::string_view>> embedded_files()`.
function(replay_embed_tree target)
  cmake_parse_arguments(ARG "" "NAMESPACE;ROOT" "FILES" ${ARGN})
  replay_embed(${target} ${ARGN})
  set(declarations "")
  set(entries "")
  foreach(file ${ARG_FILES})
    replay_constant_name(${file} constant)
    string(APPEND declarations "extern const std::string_view ${constant};\n")
    string(APPEND entries "      {\"${file}\", ${constant}},\n")
  endforeach()
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/embedded/embedded_files.cpp)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT [[
#include <string_view>
#include <utility>
#include <vector>

namespace @ARG_NAMESPACE@ {

@declarations@
std::vector<std::pair<std::string_view, std::string_view>> embedded_files();
std::vector<std::pair<std::string_view, std::string_view>> embedded_files() {
  return {
@entries@  };
}

}  // namespace @ARG_NAMESPACE@
]])
  target_sources(${target} PRIVATE ${generated})
endfunction()
