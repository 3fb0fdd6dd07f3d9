/**
 * What is written about a model for people: {@code report.html}. What it says is made of {@code model.json} and
 * {@code metrics.json} alone, so that a model's report can be written again. Imports {@code model} and all below.
 */
package io.lockstep.report.document;
