create table notes (text text);
insert into notes values ('once');
