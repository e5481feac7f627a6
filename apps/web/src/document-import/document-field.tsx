import { Button, FileButton, Textarea } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import type { DragEvent } from 'react';
import { documentProblem, formatOf, type ImportDocument } from './import-document';
import classes from './document-import.module.css';

/** A document from a file, dropped, or pasted. */
export function DocumentField({ document, placeholder, onChange }: { document: ImportDocument; placeholder: string; onChange: (document: ImportDocument) => void }) {
  const take = (name: string, text: string): void => onChange({ name, text, format: formatOf(name, text) });
  const read = (file: File | null | undefined): void => {
    if (file !== null && file !== undefined) {
      void file.text().then((text) => take(file.name, text));
    }
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  };
  return (
    <div className={classes['field']} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <div className={classes['row']}>
        <FileButton accept=".csv,.json,text/csv,application/json" onChange={read}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={14} aria-hidden />}>
              Choose a file
            </Button>
          )}
        </FileButton>
        <span className="muted">{document.name === '' ? 'or drop one here, or paste below' : `${document.name}, ${document.format.toUpperCase()}`}</span>
      </div>
      <Textarea
        label="Document"
        size="xs"
        autosize
        minRows={5}
        maxRows={12}
        spellCheck={false}
        classNames={{ input: classes['document'] ?? '' }}
        placeholder={placeholder}
        value={document.text}
        error={document.text === '' ? undefined : documentProblem(document)}
        onChange={(event) => take(document.name, event.currentTarget.value)}
      />
    </div>
  );
}
